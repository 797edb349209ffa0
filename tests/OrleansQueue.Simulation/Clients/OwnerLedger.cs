namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// Since which generation the partitions of groups have the owners that were told of it last. The history knows of commits what
/// their members were answered; here those are judged too that came when nobody waited for the answer any more.
/// </summary>
internal sealed class OwnerLedger
{
    private readonly Dictionary<(string Group, TopicPartition Partition), Generation> _newest = [];

    /// <summary>A member was told that a partition is its own.</summary>
    public void Assigned(string group, TopicPartition partition, Generation since)
    {
        if (since > NewestOf(group, partition))
        {
            _newest[(group, partition)] = since;
        }
    }

    /// <summary>Since when the partition has the newest owner that was told of it.</summary>
    public Generation NewestOf(string group, TopicPartition partition) => _newest.GetValueOrDefault((group, partition), Generation.None);
}
