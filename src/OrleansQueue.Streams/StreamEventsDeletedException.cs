namespace OrleansQueue;

/// <summary>
/// Retention deleted events before a subscriber had them. It is given to <c>OnErrorAsync</c>; the stream goes on behind them.
/// </summary>
[GenerateSerializer, Alias("oq.stream-events-deleted")]
public sealed class StreamEventsDeletedException : Exception
{
    /// <summary>The events of some offsets were deleted.</summary>
    /// <param name="from">The first offset.</param>
    /// <param name="to">The offset at which the stream goes on.</param>
    public StreamEventsDeletedException(long from, long to)
        : base($"Retention deleted what lay from offset {from} up to {to} of the partition; the stream goes on at {to}.") => (From, To) = (from, to);

    /// <summary>The first offset that the subscriber had not finished.</summary>
    [Id(0)]
    public long From { get; }

    /// <summary>The offset at which the stream goes on.</summary>
    [Id(1)]
    public long To { get; }
}
