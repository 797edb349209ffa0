using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// Records of one partition in their order, as one answer of the broker brought them. They are read in place: nothing is
/// copied or allocated for a record. <c>foreach</c> walks them and checks each batch's CRC on the way; a walk costs that each
/// time.
/// </summary>
public sealed class FetchedRecords
{
    private readonly FetchResult.Fetched _fetched;

    internal FetchedRecords(string topic, Position from, FetchResult.Fetched fetched)
    {
        Topic = topic;
        From = from;
        _fetched = fetched;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition => From.Partition;

    /// <summary>The position that was read.</summary>
    public Position From { get; }

    /// <summary>Where to read on behind these records.</summary>
    public Position Next => _fetched.Next;

    /// <summary>The first offset that the partition still had.</summary>
    public Offset LogStart => _fetched.LogStart;

    /// <summary>Below it no record belonged to an open transaction.</summary>
    public Offset LastStable => _fetched.LastStable;

    /// <summary>The end of what readers could see.</summary>
    public Offset HighWatermark => _fetched.HighWatermark;

    /// <summary>Bytes of the answer, with those of records that are not meant for the reader.</summary>
    public long SizeInBytes => _fetched.Parts.Sum(part => (long)part.Length);

    /// <summary>Walks the records.</summary>
    public RecordWalk GetEnumerator() => new(_fetched.Parts, _fetched.Selection);

    /// <inheritdoc cref="Unpacking.Unpack"/>
    internal Queue<Delivery> Unpack() => Unpacking.Unpack(Topic, From, GetEnumerator());
}
