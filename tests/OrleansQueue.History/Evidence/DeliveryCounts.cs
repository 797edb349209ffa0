namespace OrleansQueue.History.Evidence;

/// <summary>How often the members of each group polled each record that is known.</summary>
internal sealed class DeliveryCounts
{
    // One byte for each record and group; the difference between 255 times and more is of no use to anybody.
    private readonly Dictionary<(int Group, int Partition), byte[]> _counts = [];
    private readonly long[] _deliveries;

    private DeliveryCounts(int groups) => _deliveries = new long[groups];

    public static DeliveryCounts Of(HistoryEvidence evidence)
    {
        RecordedHistory history = evidence.History;
        NameTable<string> groups = new();
        int[] groupOf = [.. history.Consumers.Select(consumer => consumer.Group is { } group ? groups.NumberOf(group) : -1)];
        DeliveryCounts counts = new(groups.Count) { Groups = groups.ToArray() };
        foreach (PollOperation poll in history.Polls)
        {
            if (groupOf[poll.Consumer] is >= 0 and var group)
            {
                counts.Add(history, poll, evidence.Logs[poll.Partition], group);
            }
        }

        return counts;
    }

    /// <summary>The groups that polled anything.</summary>
    public required string[] Groups { get; init; }

    /// <summary>For each known record of a partition, how often a group got it; null when the group got nothing of it.</summary>
    public byte[]? Of(string group, int partition) => _counts.GetValueOrDefault((Array.IndexOf(Groups, group), partition));

    public IReadOnlyList<GroupDeliveries> Summary() =>
    [
        .. from number in Enumerable.Range(0, Groups.Length)
           let columns = _counts.Where(pair => pair.Key.Group == number).Select(pair => pair.Value).ToList()
           orderby Groups[number]
           select new GroupDeliveries(
               Groups[number],
               columns.Sum(column => column.LongCount(count => count > 0)),
               columns.Sum(column => column.LongCount(count => count > 1)),
               _deliveries[number]),
    ];

    private void Add(RecordedHistory history, PollOperation poll, KnownLog log, int group)
    {
        if (!_counts.TryGetValue((group, poll.Partition), out byte[]? column))
        {
            _counts.Add((group, poll.Partition), column = new byte[log.Count]);
        }

        _deliveries[group] += poll.Records.Count;
        for (int index = 0; index < poll.Records.Count; index++)
        {
            int record = log.IndexOf(history.OffsetOf(poll.Records, index), history.PolledValues[poll.Records.At + index]);
            column[record] = (byte)Math.Min(column[record] + 1, byte.MaxValue);
        }
    }
}
