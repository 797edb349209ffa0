using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Where reading begins.</summary>
public sealed class StartAt
{
    private StartAt(OffsetQuery query, bool isOfOnePartition = false, Position? position = null)
    {
        Query = query;
        IsOfOnePartition = isOfOnePartition;
        Known = position;
    }

    /// <summary>Behind the last record that is there when the reader is opened. The default.</summary>
    public static StartAt End { get; } = new(new OffsetQuery.Latest());

    /// <summary>At the first record that each partition still has.</summary>
    public static StartAt Earliest { get; } = new(new OffsetQuery.Earliest());

    internal OffsetQuery Query { get; }

    internal bool IsOfOnePartition { get; }

    /// <summary>The place itself, where nobody needs to be asked for it.</summary>
    internal Position? Known { get; }

    /// <summary>In each partition at the first record as late as <paramref name="time"/>; at the end where none is.</summary>
    public static StartAt Time(DateTimeOffset time) => new(new OffsetQuery.AtTime(new Timestamp(time.ToUnixTimeMilliseconds())));

    /// <summary>At an offset. Needs <see cref="ReaderOptions.Partition"/>, since offsets of partitions have nothing to do with each other.</summary>
    public static StartAt Offset(Offset offset) => new(new OffsetQuery.At(offset), isOfOnePartition: true);

    /// <summary>Where another reader stopped. Needs <see cref="ReaderOptions.Partition"/>; that records were lost since is noticed.</summary>
    public static StartAt Position(Position position) => new(new OffsetQuery.At(position.Offset), isOfOnePartition: true, position);
}
