using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>
/// Runs a test in one thread on a clock of its own: client, broker and test take turns, which the seed orders; when nobody has
/// anything to do the time goes on. So a run is the same each time.
/// </summary>
internal sealed class Simulation
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    // Longer than any time limit of the client; a test that is not done then never will be.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly TurnScheduler _scheduler;

    private Simulation(int seed)
    {
        Random = new Random(seed);
        _scheduler = new TurnScheduler(Random);
        Broker = new FakeBroker(Clock);
    }

    public ManualClock Clock { get; } = new();

    public FakeBroker Broker { get; }

    public Random Random { get; }

    public ClientOptions Options => new() { Scheduler = _scheduler };

    public BrokerClient Client => new(Broker, Options, Clock);

    /// <summary>Runs a test to its end.</summary>
    public static void Run(Func<Simulation, Task> test, int seed = 1)
    {
        var simulation = new Simulation(seed);

        // The context that the test framework gives its threads would take the turns away from this one.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            simulation.Drive(() => test(simulation));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Lets time pass while everybody works.</summary>
    public Task PassAsync(TimeSpan time) => Clock.After(time);

    private void Drive(Func<Task> test)
    {
        var start = Clock.GetUtcNow();
        var running = Task.Factory.StartNew(test, CancellationToken.None, TaskCreationOptions.None, _scheduler).Unwrap();
        while (!running.IsCompleted)
        {
            if (!_scheduler.TakeTurn())
            {
                Assert.True(Clock.GetUtcNow() - start < Longest, "The test waits for something that does not come.");
                Clock.Advance(Step);
            }
        }

        running.GetAwaiter().GetResult();
    }
}

/// <summary>Runs one task after another on the thread that asks for it.</summary>
internal sealed class TurnScheduler(Random random) : TaskScheduler
{
    private readonly Lock _lock = new();
    private readonly List<Task> _tasks = [];

    public bool TakeTurn()
    {
        Task task;
        lock (_lock)
        {
            if (_tasks.Count == 0)
            {
                return false;
            }

            var index = random.Next(_tasks.Count);
            task = _tasks[index];
            _tasks.RemoveAt(index);
        }

        TryExecuteTask(task);
        return true;
    }

    protected override void QueueTask(Task task)
    {
        lock (_lock)
        {
            _tasks.Add(task);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
