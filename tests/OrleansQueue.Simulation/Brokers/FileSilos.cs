using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>One silo on the files of its machine's disk.</summary>
internal sealed class FileSilos(World world, Plan plan, SimulatedDisk disk, DiskTrouble trouble) : ISiloStarter
{
    private const string Root = "/store";
    private static readonly TimeSpan StartAgain = TimeSpan.FromSeconds(1);
    private readonly StoreId _id = new(world.DiceFor("store").Guid());

    public void Start(Silo silo, TimeSpan skew)
    {
        var process = silo.BeginLife(world, skew);
        process.NewActor(silo.Name).Start(() => OpenAsync(silo, process));
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
