using OrleansQueue.History;
using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>What every client of a run works with.</summary>
internal sealed class Scene(World world, Plan plan, Cluster cluster, FaultCounts faults)
{
    private long _values;

    public World World => world;

    public Plan Plan => plan;

    public Cluster Cluster => cluster;

    public FaultCounts Faults => faults;

    public HistoryRecorder History { get; } = new();

    /// <summary>What was found wrong while it happened.</summary>
    public Findings Findings { get; } = new(world);

    public Counts Counts { get; } = new();

    /// <summary>What was done to the bytes of partitions, and what was told of it.</summary>
    public DamageLedger Damage { get; } = new();

    /// <summary>The time for trouble is over: clients finish what they have begun.</summary>
    public bool IsHealing { get; set; }

    public long NextValue() => ++_values;

    public PartitionKey KeyOf(TopicPartition partition) =>
        new(cluster.Topics.First(topic => topic.Id == partition.Topic).Name, partition.Partition.Number);
}
