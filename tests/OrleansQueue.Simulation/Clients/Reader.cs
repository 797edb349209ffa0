using OrleansQueue.Broker;
using OrleansQueue.History;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>A client that reads one partition without a group, on and on, and now and then begins again at the front.</summary>
internal sealed class Reader
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Scene _scene;
    private readonly Dice _dice;
    private readonly TopicPartition _partition;
    private readonly Consumer _who;

    public Reader(Scene scene, int number)
    {
        _scene = scene;
        _dice = scene.World.DiceFor($"reader {number}");
        _partition = _dice.Pick(scene.Cluster.AllPartitions.ToList());
        _who = new Consumer($"reader{number}");
        Process = new Process(scene.World, _who.Name);
        Process.NewActor(_who.Name).Start(RunAsync);
    }

    public Process Process { get; }

    public bool IsDone { get; private set; }

    private async Task RunAsync()
    {
        var start = new Position(_partition.Topic, _partition.Partition, Offset.Zero, Epoch.None);
        var cursor = new Cursor(_scene, Process, _who, start, _dice);
        while (!_scene.IsHealing)
        {
            var step = await cursor.StepAsync(_dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)));
            if (_dice.Chance(0.02) && await FindEarliestAsync() is { } earliest)
            {
                cursor.Seek(earliest);
            }

            if (step is not CursorStep.Moved)
            {
                await _scene.World.WaitAsync(_dice.Between(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(2)), Process);
            }
        }

        IsDone = true;
    }

    private async Task<Position?> FindEarliestAsync()
    {
        var reply = await _scene.Cluster.AskAsync(Process, _partition, server => server.ListOffsetsAsync(new OffsetQuery.Earliest(), CancellationToken.None), Timeout);
        return reply is { IsAnswer: true, Value: ListOffsetsResult.Found found } ? found.Position : null;
    }
}
