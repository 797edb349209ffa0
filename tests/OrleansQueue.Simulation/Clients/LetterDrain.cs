using OrleansQueue.Broker;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>Reads the dead letters of one partition from first to last.</summary>
internal sealed class LetterDrain
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Scene _scene;
    private readonly Process _process;
    private readonly TopicDescription _topic;
    private readonly Partition _partition;

    public LetterDrain(Scene scene, TopicDescription topic, Partition partition)
    {
        _scene = scene;
        _topic = topic;
        _partition = partition;
        _process = new Process(scene.World, $"drain of {topic.Name}/{partition}");
        _process.NewActor(_process.Name).Start(RunAsync);
    }

    public bool IsDone { get; private set; }

    private async Task RunAsync()
    {
        var origin = _topic.Settings.DeadLettersOf!;
        var from = _scene.Cluster.Topics.First(topic => topic.Name == origin.Topic).Id;
        var position = new Position(_topic.Id, _partition, Offset.Zero, Epoch.None);
        while (!IsDone)
        {
            var request = new FetchRequest(position);
            var reply = await _scene.Cluster.AskAsync(_process, position.TopicPartition, server => server.FetchAsync(request, CancellationToken.None), Timeout);
            if (reply is { IsAnswer: true, Value: FetchResult.Fetched fetched })
            {
                _scene.Queues.Letters(origin.Group, from, fetched.Parts);
                IsDone = fetched.Next.Offset >= fetched.HighWatermark;
                position = fetched.Next;
            }
            else
            {
                await _scene.World.WaitAsync(Pause, _process);
            }
        }
    }
}
