using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>Starts silos. What a silo's store is differs; that it comes up again after each end does not.</summary>
internal interface ISiloStarter
{
    /// <summary>Begins another life of a silo whose process is gone; the store is open some time later, if all goes well.</summary>
    void Start(Silo silo, TimeSpan skew);

    /// <summary>Stops a silo in good order.</summary>
    Task StopAsync(Silo silo, Cluster cluster);
}

/// <summary>One silo on the files of its machine's disk.</summary>
internal sealed class FileSilos(World world, Plan plan, SimulatedDisk disk, DiskTrouble trouble, FaultCounts counts) : ISiloStarter
{
    private const string Root = "/store";
    private static readonly TimeSpan StartAgain = TimeSpan.FromSeconds(1);
    private readonly StoreId _id = new(world.DiceFor("store").Guid());

    public void Start(Silo silo, TimeSpan skew)
    {
        var process = silo.BeginLife(world, skew);
        process.NewActor(silo.Name).Start(() => OpenAsync(silo, process));
    }

    public async Task StopAsync(Silo silo, Cluster cluster)
    {
        var process = silo.Process!;
        if (silo.Store is not { } store)
        {
            return;
        }

        counts.Add(FaultKind.CleanStop);
        silo.IsSuspected = true;
        try
        {
            await cluster.Partitions.CloseAllAsync(silo);
            await cluster.Groups.CloseAllAsync(silo);
            await store.DisposeAsync();
        }
        catch (IOException error)
        {
            world.Note(process.Name, $"stops badly: {error.Message}");
        }

        process.Die("has stopped");
    }

    private async Task OpenAsync(Silo silo, Process process)
    {
        while (true)
        {
            try
            {
                var options = new FileStoreOptions
                {
                    Path = Root,
                    NewId = _id,
                    Clock = process.Clock,
                    WriteAheadMaxCommitBytes = plan.WriteAheadMaxCommitBytes,
                    WriteAheadFileBytes = plan.WriteAheadFileBytes,
                    MaxOpenFiles = 4,
                };
                var store = await FileLogStore.OpenAsync(
                    options, new ProcessDisk(disk, process, trouble, world), new SimulatedDiskScheduler(world, process, trouble), new SimulatedDiskScheduler(world, process, trouble));
                world.Note(process.Name, "is up");
                silo.Open(store);
                return;
            }
            catch (IOException error)
            {
                world.Note(process.Name, $"does not start: {error.Message}");
            }

            await world.WaitAsync(StartAgain, process);
        }
    }
}
