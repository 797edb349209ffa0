using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Stores;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>Several silos on one store that outlives all of them.</summary>
internal sealed class SharedSilos(World world, ILogStore store, StoreTrouble trouble, FaultCounts counts) : ISiloStarter
{
    private readonly Dice _dice = world.DiceFor("store line");

    public void Start(Silo silo, TimeSpan skew)
    {
        var process = silo.BeginLife(world, skew);
        world.Note(process.Name, "is up");
        silo.Open(new SharedStore(store, new StoreLine(world, process, trouble, counts, _dice)));
    }
}
