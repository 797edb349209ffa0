namespace OrleansQueue.Simulation.Worlds;

/// <summary>One life of a process: its actors, its clock, and whether it still runs.</summary>
internal sealed class Process
{
    private readonly World _world;
    private readonly List<Actor> _actors = [];
    private readonly List<Event> _deferred = [];

    public Process(World world, string name, TimeSpan skew = default)
    {
        _world = world;
        Name = name;
        Clock = new SimulatedClock(world, this) { Skew = skew };
    }

    public string Name { get; }

    public SimulatedClock Clock { get; }

    public bool IsDead { get; private set; }

    /// <summary>Whether it stands still, as after SIGSTOP. Time goes on without it.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>What it does first when it goes on after it stood still, before it hears of anything that fell due meanwhile.</summary>
    public Action? OnResume { get; set; }

    public Actor NewActor(string name)
    {
        var actor = new Actor(_world, this, name, _world.NextActorNumber());
        _actors.Add(actor);
        return actor;
    }

    public void Die(string how)
    {
        if (!IsDead)
        {
            IsDead = true;
            _world.Note(Name, how);
        }
    }

    public void Pause()
    {
        IsPaused = !IsDead;
        _world.Note(Name, "stands still");
    }

    public void Resume()
    {
        if (!IsPaused)
        {
            return;
        }

        IsPaused = false;
        _world.Note(Name, "goes on");
        OnResume?.Invoke();
        foreach (var actor in _actors)
        {
            actor.Wake();
        }

        // What fell due meanwhile happens now, in the order in which it fell due.
        foreach (var happening in _deferred.ToList())
        {
            _world.Again(happening);
        }

        _deferred.Clear();
    }

    public void Defer(Event happening) => _deferred.Add(happening);
}
