namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// Which partitions had bits turned over at rest, and which of their records the broker has said to be unreadable. What was
/// acknowledged is there or is told of; a partition that nobody touched has nothing to tell.
/// </summary>
internal sealed class DamageLedger
{
    private readonly HashSet<TopicPartition> _touched = [];
    private readonly Dictionary<TopicPartition, List<(long First, long End)>> _told = [];
    private readonly List<(TopicPartition Partition, long Offset, long Value)> _acknowledged = [];
    private readonly Dictionary<TopicPartition, Dictionary<long, long>> _read = [];

    public bool IsTouched(TopicPartition partition) => _touched.Contains(partition);

    public void Touch(TopicPartition partition) => _touched.Add(partition);

    /// <summary>The broker says that records from one offset up to another cannot be read.</summary>
    public void Told(TopicPartition partition, long first, long end)
    {
        if (!_told.TryGetValue(partition, out var ranges))
        {
            _told.Add(partition, ranges = []);
        }

        ranges.Add((first, end));
    }

    public void Acknowledged(TopicPartition partition, long offset, long value) => _acknowledged.Add((partition, offset, value));

    public void Read(TopicPartition partition, long offset, long value)
    {
        if (!_read.TryGetValue(partition, out var records))
        {
            _read.Add(partition, records = []);
        }

        records[offset] = value;
    }

    /// <summary>Records of touched partitions that were acknowledged and are neither there nor told of.</summary>
    public IEnumerable<string> FindSilentLosses(Func<TopicPartition, long> logStart) =>
        from record in _acknowledged
        where IsTouched(record.Partition) && record.Offset >= logStart(record.Partition)
        where !(_told.GetValueOrDefault(record.Partition)?.Exists(range => record.Offset >= range.First && record.Offset < range.End) ?? false)
        where _read.GetValueOrDefault(record.Partition)?.GetValueOrDefault(record.Offset) != record.Value
        select $"a bit was turned over, and {record.Value}, acknowledged at {record.Offset}, is gone without a word";
}
