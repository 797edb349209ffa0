using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>Waits until a queue group is done with all messages, as it must be when all is well again.</summary>
internal sealed class QueueEnd
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly Scene _scene;
    private readonly Process _process;
    private readonly Dictionary<QueueKey, Offset> _left = [];

    /// <param name="scene">The run.</param>
    /// <param name="group">The group.</param>
    /// <param name="ends">Where the partitions end.</param>
    public QueueEnd(Scene scene, string group, IEnumerable<(TopicPartition Partition, Offset End)> ends)
    {
        _scene = scene;
        _process = new Process(scene.World, $"end of {group}");

        // A partition that is damaged cannot be read to its end.
        foreach (var (partition, end) in ends.Where(end => !scene.Damage.IsTouched(end.Partition)))
        {
            _left.Add(new QueueKey(group, partition), end);
        }

        _process.NewActor($"end of {group}").Start(RunAsync);
    }

    public bool IsDone => _left.Count == 0;

    private async Task RunAsync()
    {
        while (!IsDone)
        {
            foreach (var (queue, end) in _left.ToList())
            {
                if (await IsFinishedAsync(queue, end))
                {
                    _left.Remove(queue);
                }
            }

            await (IsDone ? Task.CompletedTask : _scene.World.WaitAsync(Pause, _process));
        }
    }

    private async Task<bool> IsFinishedAsync(QueueKey queue, Offset end)
    {
        var status = await _scene.Cluster.AskAsync(_process, queue, host => host.DescribeAsync(CancellationToken.None), Timeout);
        var letters = await _scene.Cluster.AskAsync(_process, queue, host => host.FindDeadLettersAsync(CancellationToken.None), Timeout);
        return status is { IsAnswer: true, Value: { Available: 0, Leased: 0, Delayed: 0 } found } && found.Finished >= end
            && letters is { IsAnswer: true, Value: { } dead } && dead.Open.Sum(range => range.End.Value - range.First.Value) == found.Dead;
    }
}
