using OrleansQueue.History;
using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>What every client of a run works with.</summary>
internal sealed class Scene(World world, Plan plan, Cluster cluster, FaultCounts faults)
{
    private readonly List<(SendToken Send, TopicPartition Partition, Offset? BaseOffset)> _acknowledged = [];
    private QueueLedger? _queues;
    private long _values;

    public World World => world;

    public Plan Plan => plan;

    public Cluster Cluster => cluster;

    public FaultCounts Faults => faults;

    public HistoryRecorder History { get; } = new();

    /// <summary>What was found wrong while it happened.</summary>
    public Findings Findings { get; } = new(world);

    public Counts Counts { get; } = new();

    /// <summary>The newest owners of partitions in groups.</summary>
    public OwnerLedger Owners { get; } = new();

    /// <summary>What queue groups were asked and answered.</summary>
    public QueueLedger Queues => _queues ??= new QueueLedger(this);

    /// <summary>What was done to the bytes of partitions, and what was told of it.</summary>
    public DamageLedger Damage { get; } = new();

    /// <summary>The time for trouble is over: clients finish what they have begun.</summary>
    public bool IsHealing { get; set; }

    /// <summary>Nothing goes wrong any more, and members of queue groups have room for every message.</summary>
    public bool IsCalm { get; set; }

    /// <summary>The value that was handed out last; values rise in the order in which they are sent first.</summary>
    public long LastValue => _values;

    public long NextValue() => ++_values;

    /// <summary>
    /// A batch is acknowledged. Where bits are turned over, that can make known only at the end which of them had to be there.
    /// </summary>
    public void Acknowledged(SendToken send, TopicPartition partition, IReadOnlyList<long> values, Offset? baseOffset)
    {
        Counts.Add("messages acknowledged", values.Count);
        for (var i = 0; baseOffset is { } first && i < values.Count; i++)
        {
            Damage.Acknowledged(partition, first.Value + i, values[i]);
            Queues.Stored(partition, first.Value + i, values[i]);
        }

        if (plan.Has(FaultKind.BitFlip))
        {
            _acknowledged.Add((send, partition, baseOffset));
        }
        else
        {
            Record(send, baseOffset);
        }
    }

    /// <summary>Takes down what was acknowledged in partitions that nobody touched; of the others the ledger of damage tells more.</summary>
    public void RecordAcknowledged()
    {
        foreach (var (send, partition, baseOffset) in _acknowledged)
        {
            if (!Damage.IsTouched(partition))
            {
                Record(send, baseOffset);
            }
        }
    }

    private void Record(SendToken send, Offset? baseOffset)
    {
        if (baseOffset is { } first)
        {
            History.Sent(send, first.Value);
        }
        else
        {
            History.SendStored(send);
        }
    }

    public PartitionKey KeyOf(TopicPartition partition) =>
        new(cluster.TopicOf(partition).Name, partition.Partition.Number);
}
