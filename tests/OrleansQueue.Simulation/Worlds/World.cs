namespace OrleansQueue.Simulation.Worlds;

/// <summary>
/// Virtual time and all that runs in it, on one thread. Whoever has something to do is an actor; which of them goes next is
/// drawn from the seed. When nobody has, the clock jumps to the next event.
/// </summary>
internal sealed class World
{
    /// <summary>More turns than any run needs: code that goes round without end shows as this.</summary>
    private const int MostTurns = 1_000_000;

    private readonly PriorityQueue<Event, (long Due, long Number)> _events = new();
    private readonly List<Actor> _ready = [];
    private readonly Dice _dice;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _number;
    private int _turns;
    private int _actors;

    public World(int seed, bool keepsText)
    {
        Seed = seed;
        _dice = new Dice(seed, "turns");
        Trace = new Trace(keepsText);
    }

    public int Seed { get; }

    public Trace Trace { get; }

    /// <summary>Ticks of 100 ns since the world began.</summary>
    public long Now { get; private set; }

    /// <summary>Why the run is worth nothing, as when code left the thread; null where all is well.</summary>
    public string? Broken { get; private set; }

    /// <summary>The actor whose turn it is, or null.</summary>
    public Actor? Running { get; private set; }

    public Dice DiceFor(string part) => new(Seed, part);

    public void Note(string who, string what) => Trace.Note(Now, who, what);

    public void Break(string reason) => Broken ??= reason;

    /// <summary>Called wherever the code under test comes in: it must not have left the world's thread.</summary>
    public void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Break("code ran on another thread: " + Environment.StackTrace);
            throw new InvalidOperationException("The simulation was left for another thread.");
        }
    }

    /// <summary>Has something happen later. What belongs to a process happens only while that lives, and not while it is paused.</summary>
    public Event After(TimeSpan delay, Process? process, Action action)
    {
        CheckThread();
        var due = Now + Math.Max(0, delay.Ticks);
        var happening = new Event(process, action);
        _events.Enqueue(happening, (due, _number++));
        return happening;
    }

    /// <summary>Ends after a while, on the caller's scheduler.</summary>
    public Task WaitAsync(TimeSpan delay, Process? process)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        After(delay, process, ended.SetResult);
        return ended.Task;
    }

    /// <summary>Runs until that is so, or until there is nothing more to do or the time is over; answers whether it is so.</summary>
    public bool RunUntil(Func<bool> isSo, TimeSpan longest)
    {
        CheckThread();
        var until = Now + longest.Ticks;
        while (Broken is null && !isSo())
        {
            if (_turns++ > MostTurns)
            {
                Break($"there was no end of turns: {string.Join(", ", _ready.Select(actor => actor.Name))}, {_events.Count} events");
            }
            else if (_ready.Count != 0)
            {
                RunTurn();
            }
            else if (!RunEvent(until))
            {
                break;
            }
        }

        return Broken is null && isSo();
    }

    internal int NextActorNumber() => ++_actors;

    /// <summary>Has something that was held back happen now.</summary>
    internal void Again(Event happening) => _events.Enqueue(happening, (Now, _number++));

    internal void MakeReady(Actor actor) => _ready.Add(actor);

    private void RunTurn()
    {
        var index = _dice.Below(_ready.Count);
        var actor = _ready[index];
        Running = actor;
        Trace.Mix(actor.Number);
        var hasMore = actor.RunNext();
        Running = null;
        if (!hasMore)
        {
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
        }
    }

    private bool RunEvent(long until)
    {
        if (!_events.TryPeek(out _, out var next) || next.Due > until)
        {
            Now = Math.Max(Now, until);
            return false;
        }

        var happening = _events.Dequeue();
        Now = next.Due;
        happening.Run();
        return true;
    }
}
