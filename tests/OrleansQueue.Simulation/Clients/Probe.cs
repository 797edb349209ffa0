using OrleansQueue.Broker;
using OrleansQueue.Partitions;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// Publishes some messages in the calm, each of which a queue group must lease soon. One before it publishes to each partition, so that owners
/// that a late request has replaced find out.
/// </summary>
internal sealed class Probe
{
    private const int Count = 15;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Scene _scene;
    private readonly Dice _dice;
    private readonly Process _process;
    private readonly List<TopicPartition> _partitions;
    private readonly Dictionary<TopicPartition, Offset> _ends = [];
    private readonly bool _isFirst;

    public Probe(Scene scene, bool isFirst)
    {
        _scene = scene;
        _isFirst = isFirst;
        _dice = scene.World.DiceFor(isFirst ? "first probe" : "probe");
        _process = new Process(scene.World, isFirst ? "first probe" : "probe");
        _partitions = [.. scene.Cluster.AllPartitions.Where(partition => !scene.Damage.IsTouched(partition))];
        _process.NewActor("probe").Start(RunAsync);
    }

    public bool IsDone { get; private set; }

    /// <summary>Behind the last message of each partition that has one.</summary>
    public IEnumerable<(TopicPartition Partition, Offset End)> Ends => _ends.Select(end => (end.Key, end.Value));

    private async Task RunAsync()
    {
        for (var sent = 0; sent < (_isFirst ? _partitions.Count : Count);)
        {
            await _scene.World.WaitAsync(_dice.Chance(0.3) ? TimeSpan.Zero : _dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(0.5)), _process);
            sent += await PublishAsync(_isFirst ? _partitions[sent] : _dice.Pick(_partitions), sent) ? 1 : 0;
        }

        IsDone = true;
    }

    private async Task<bool> PublishAsync(TopicPartition partition, int number)
    {
        var values = Enumerable.Range(0, _dice.Between(1, 3)).Select(_ => _scene.NextValue()).ToArray();
        var batch = Messages.Batch(ProducerStamp.None, values, Timestamp.Now(_process.Clock), isKeyed: true);
        var token = _scene.History.BeginSend($"{_process.Name} {number} {values[0]}", _scene.KeyOf(partition), values);
        var reply = await _scene.Cluster.AskAsync(_process, partition, server => ProduceAsync(server, partition, batch, values), Timeout);
        if (reply is { IsAnswer: true, Value: ProduceResult.Appended appended })
        {
            _scene.History.Sent(token, appended.BaseOffset.Value);
            return true;
        }

        _scene.History.SendUnknown(token);
        if (!_isFirst)
        {
            _scene.Findings.Add($"in the calm, {_scene.Cluster.NameOf(partition)} answered {(reply.IsAnswer ? reply.Value : reply.Problem)}");
        }

        return !_isFirst;
    }

    private async ValueTask<ProduceResult> ProduceAsync(PartitionServer server, TopicPartition partition, ReadOnlyMemory<byte> batch, long[] values)
    {
        var result = await server.ProduceAsync(batch);
        if (result is ProduceResult.Appended appended)
        {
            for (var i = 0; i < values.Length; i++)
            {
                _scene.Queues.Stored(partition, appended.BaseOffset.Value + i, values[i]);
                _scene.Queues.Visible(partition, appended.BaseOffset.Value + i, values[i]);
            }

            _ends[partition] = appended.BaseOffset.Plus(values.Length);
        }

        return result;
    }
}
