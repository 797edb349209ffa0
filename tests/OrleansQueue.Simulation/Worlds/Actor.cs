namespace OrleansQueue.Simulation.Worlds;

/// <summary>
/// Code that runs one turn at a time, as a grain or a client does. It is a task scheduler, so whatever is awaited in it comes
/// back to it. When its process dies, what it has still to do is dropped and never goes on.
/// </summary>
internal sealed class Actor : TaskScheduler
{
    private readonly World _world;
    private readonly Queue<Task> _tasks = new();
    private readonly TaskFactory _factory;
    private bool _isReady;

    public Actor(World world, Process process, string name, int number)
    {
        _world = world;
        Process = process;
        Name = name;
        Number = number;
        _factory = new TaskFactory(CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskContinuationOptions.None, this);
    }

    public Process Process { get; }

    public string Name { get; }

    public int Number { get; }

    /// <summary>Begins work in a turn of this actor.</summary>
    public Task StartAsync(Func<Task> work) => _factory.StartNew(work).Unwrap();

    /// <summary>Begins work that nobody waits for. An exception that leaves it is a fault of the simulation itself.</summary>
    public void Start(Func<Task> work) => StartAsync(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception error) when (!Process.IsDead)
        {
            _world.Break($"{Name} ended with {error}");
        }
    });

    /// <summary>Runs one turn; answers whether there are more.</summary>
    public bool RunNext()
    {
        if (Process.IsDead)
        {
            _tasks.Clear();
        }
        else if (!Process.IsPaused && _tasks.TryDequeue(out var task))
        {
            TryExecuteTask(task);
        }

        _isReady = _tasks.Count != 0 && !Process.IsPaused;
        return _isReady;
    }

    /// <summary>Takes its place among those that have something to do, where it has.</summary>
    public void Wake()
    {
        if (!_isReady && _tasks.Count != 0 && !Process.IsPaused)
        {
            _isReady = true;
            _world.MakeReady(this);
        }
    }

    protected override void QueueTask(Task task)
    {
        _world.CheckThread();
        if (!Process.IsDead)
        {
            _tasks.Enqueue(task);
            Wake();
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        _world.Running == this && !taskWasPreviouslyQueued && !Process.IsDead && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
}
