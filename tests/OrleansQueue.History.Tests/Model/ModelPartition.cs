namespace OrleansQueue.History.Tests.Model;

/// <summary>A transaction of the model.</summary>
internal sealed class ModelTransaction(string name)
{
    public string Name { get; } = name;

    /// <summary>Null while it is open.</summary>
    public bool? IsCommitted { get; set; }

    public int InFlight { get; set; }

    public HashSet<ModelPartition> Partitions { get; } = [];
}

/// <summary>A record in the model's log.</summary>
internal sealed record ModelRecord(long Offset, long Value, ModelTransaction? Transaction)
{
    public bool IsVisible => Transaction is null or { IsCommitted: true };

    /// <summary>Whether its producer was told this offset.</summary>
    public bool IsAcknowledged { get; set; }
}

/// <summary>A log that does what it should: records at rising offsets with gaps, and readers up to the first open transaction.</summary>
internal sealed class ModelPartition(PartitionKey key)
{
    public PartitionKey Key { get; } = key;

    public List<ModelRecord> Records { get; } = [];

    public long LogStart { get; set; }

    public long End { get; set; }

    public long LastStable => Records.Find(record => record.Transaction is { IsCommitted: null })?.Offset ?? End;

    public ModelRecord Append(long value, ModelTransaction? transaction)
    {
        ModelRecord record = new(End++, value, transaction);
        Records.Add(record);
        return record;
    }

    /// <summary>What a reader sees from an offset on, and where it goes on.</summary>
    public ((long Offset, long Value)[] Records, long Next) Read(long from, int span)
    {
        long first = Math.Max(from, LogStart);
        long next = Math.Max(first, Math.Min(first + span, LastStable));
        return ([.. from record in Records
                    where record.IsVisible && record.Offset >= first && record.Offset < next
                    select (record.Offset, record.Value)], next);
    }
}
