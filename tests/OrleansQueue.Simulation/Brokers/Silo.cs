using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>A silo through all its lives.</summary>
internal sealed class Silo(string name)
{
    private int _lives;

    public string Name => name;

    /// <summary>Its present process; null before its first.</summary>
    public Process? Process { get; private set; }

    /// <summary>Its store; null while that is being opened.</summary>
    public ILogStore? Store { get; private set; }

    public bool IsUp => Store is not null && Process is { IsDead: false };

    /// <summary>Whether the others take it for dead, rightly or not: nobody is sent to it any more.</summary>
    public bool IsSuspected { get; set; }

    public Process BeginLife(World world, TimeSpan skew)
    {
        Store = null;
        IsSuspected = false;
        return Process = new Process(world, $"{name}.{++_lives}", skew);
    }

    public void Open(ILogStore store) => Store = store;
}
