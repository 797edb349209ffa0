using OrleansQueue.Partitions;
using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Faults;

/// <summary>Applies the retention of all partitions now and then, as each activation's timer does.</summary>
internal sealed class Janitor
{
    private readonly Scene _scene;
    private readonly Dice _dice;
    private readonly Process _process;

    public Janitor(Scene scene)
    {
        _scene = scene;
        _dice = scene.World.DiceFor("janitor");
        _process = new Process(scene.World, "janitor");
        if (scene.Plan.RetentionTime is not null)
        {
            _process.NewActor("janitor").Start(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        while (!_scene.IsHealing)
        {
            await _scene.World.WaitAsync(_dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), _process);
            foreach (var partition in _scene.Cluster.AllPartitions)
            {
                foreach (var activation in _scene.Cluster.Partitions.Of(partition).ToList())
                {
                    activation.Actor.Start(() => ApplyAsync(partition, activation));
                }
            }
        }
    }

    private async Task ApplyAsync(TopicPartition partition, Activation<PartitionServer> activation)
    {
        try
        {
            if (await activation.Server.DescribeAsync() is { } status)
            {
                // How far retention will go depends on what the clock says until then, so all that is there may go.
                _scene.History.Deleted(_scene.KeyOf(partition), status.HighWatermark.Value);
                await activation.Server.ApplyRetentionAsync(CancellationToken.None);
                _scene.Counts.Add("retention");
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            _scene.World.Note(activation.Actor.Name, $"retention: {error.Message}");
        }
    }
}
