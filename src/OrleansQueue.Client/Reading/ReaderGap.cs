namespace OrleansQueue.Client;

/// <summary>Why records are missing.</summary>
public enum GapReason
{
    /// <summary>Retention deleted them before they were read.</summary>
    Overtaken = 0,

    /// <summary>Records that were read are lost or replaced: the partition goes on from an earlier place.</summary>
    Diverged = 1,
}

/// <summary>Records that a reader should have read and cannot, or that it read and that are no longer what they were.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">Where the reader was.</param>
/// <param name="To">Where it goes on.</param>
public sealed record ReaderGap(string Topic, GapReason Reason, Position From, Position To);

/// <summary>The reader found a gap, and its options say to stop there.</summary>
public sealed class ReaderGapException : Exception
{
    /// <summary>The reader found <paramref name="gap"/>.</summary>
    public ReaderGapException(ReaderGap gap)
        : base($"Partition {gap?.From.Partition} of topic {gap?.Topic} cannot be read on at offset {gap?.From.Offset} ({gap?.Reason}); it goes on at {gap?.To.Offset}.") =>
        Gap = gap ?? throw new ArgumentNullException(nameof(gap));

    /// <summary>The gap.</summary>
    public ReaderGap Gap { get; }
}

/// <summary>The broker refused to read, for a reason of the request.</summary>
public sealed class ReadRefusedException : Exception
{
    /// <summary>The request was refused for <paramref name="reason"/>.</summary>
    public ReadRefusedException(Refusal reason)
        : base(reason?.ToString()) => Reason = reason ?? throw new ArgumentNullException(nameof(reason));

    /// <summary>The field that is wrong, its value and what would have been allowed.</summary>
    public Refusal Reason { get; }
}
