namespace OrleansQueue.Storage;

/// <summary>Numbers that writers and recovery agree on.</summary>
internal static class StoreLimits
{
    /// <summary>
    /// The most bytes of one append to a log, 8 MiB. The next append begins after it is kept, so what loss of power tears is
    /// never longer: a whole batch that far behind a bad place shows that synced bytes were lost.
    /// </summary>
    public const int MaxCommitBytes = 8 << 20;

    /// <summary>The longest a segment may get: positions and offsets in its indexes are 32-bit.</summary>
    public const long MaxSegmentBytes = int.MaxValue;
}
