namespace OrleansQueue.Storage;

/// <summary>
/// One owner's handle of one log: a row of segments, of which the last one takes appends. Positions are bytes from the
/// segment's first batch.
/// <para>
/// At most one of append, roll and delete-before runs at a time, but <see cref="AppendsAtOnce"/> appends, which complete in their order;
/// reads and sidecars run beside them and beside each other.
/// After an append or roll that did not answer <see cref="StoreOutcome.Done"/>, or that threw, the handle takes no more
/// appends: what became of the bytes is known only by opening the log again. Reads below the last completed append go on.
/// Cancelling a call that writes only ends the wait; the write may still happen, so it counts as one that threw.
/// </para>
/// </summary>
internal interface ILog : IAsyncDisposable
{
    /// <summary>The log.</summary>
    LogId Id { get; }

    /// <summary>How many appends may be under way at once. Each is placed behind the ones before it, and where one of those is not done, it is not.</summary>
    int AppendsAtOnce => 1;

    /// <summary>Whether who opens the log next asks the observer of its tail where to begin, so that a <see cref="Sidecar.Checkpoint"/> saves it a walk.</summary>
    bool UsesCheckpoints => false;

    /// <summary>This owner's fencing number, higher than that of every owner before it.</summary>
    Epoch Epoch { get; }

    /// <summary>The level of the formats that what is appended now may have: that of the last segment, or of the first one to be begun.</summary>
    FormatLevel Level { get; }

    /// <summary>The segments as recovered when the log was opened, oldest first; none where the log is new.</summary>
    IReadOnlyList<SegmentExtent> Segments { get; }

    /// <summary>What recovery found at the end of the last segment.</summary>
    TailReport Tail { get; }

    /// <summary>
    /// Appends bytes, one or more whole batches, to the last segment: all of them or none. When it answers
    /// <see cref="StoreOutcome.Done"/> they are kept as the log's durability says, and reads see them.
    /// </summary>
    /// <param name="parts">The bytes in order, <see cref="StoreLimits.MaxCommitBytes"/> at most. They must not change until the call completes, and are not kept after it.</param>
    /// <exception cref="IOException">The storage failed; what became of the bytes is unknown.</exception>
    ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts);

    /// <summary>
    /// Ends the last segment, which is then whole and durable, and begins one that <paramref name="firstOffset"/> names. The
    /// first segment of a new log is made the same way.
    /// </summary>
    ValueTask<StoreOutcome> RollAsync(Offset firstOffset);

    /// <summary>
    /// Reads bytes of a segment: fewer than asked for where it ends, or where more would take the storage longer, so that who waits for some need not wait for all;
    /// 0 only where it ends.
    /// </summary>
    /// <exception cref="IOException">The storage cannot be read, or the segment was deleted.</exception>
    ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes every segment before the one that <paramref name="firstKept"/> names, oldest first, with its sidecars. Before any goes,
    /// the <see cref="Sidecar.State"/> of that one, where there is one, is kept as a commit is: it could not be rebuilt any more.
    /// </summary>
    ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept);

    /// <summary>
    /// Whether this owner still is the owner: <see cref="StoreOutcome.Done"/>, or <see cref="StoreOutcome.Fenced"/>. It changes nothing and
    /// runs beside every other call.
    /// </summary>
    /// <exception cref="IOException">The storage cannot be asked.</exception>
    ValueTask<StoreOutcome> ConfirmAsync();

    /// <summary>Keeps a small file beside a segment, in place of the one of that kind before. It may be lost: it must be possible to rebuild it.</summary>
    ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content);

    /// <summary>The file of that kind beside a segment, or null.</summary>
    ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken);
}

/// <summary>What became of a write.</summary>
internal enum StoreOutcome
{
    /// <summary>It is done and kept.</summary>
    Done,

    /// <summary>A later owner opened the log; nothing was stored, and this owner never writes again.</summary>
    Fenced,

    /// <summary>There is no room; nothing was stored.</summary>
    NoSpace,
}

/// <summary>The small files beside a segment.</summary>
internal enum Sidecar
{
    /// <summary>Where batches begin, by offset.</summary>
    OffsetIndex,

    /// <summary>Which offset is the first of a time.</summary>
    TimeIndex,

    /// <summary>What the log knew of producers and epochs when the segment began.</summary>
    State,

    /// <summary>What the log knew of the segment when it had come to some length, for who opens it next.</summary>
    Checkpoint,
}

/// <summary>A segment: its first offset, which names it, and how many bytes of batches it holds.</summary>
/// <param name="FirstOffset">The first offset, which names it.</param>
/// <param name="Length">Bytes of whole batches.</param>
internal readonly record struct SegmentExtent(Offset FirstOffset, long Length);

/// <summary>What recovery found behind the last whole batch.</summary>
/// <param name="CutBytes">Bytes of a torn tail that were cut off; 0 where the tail was whole.</param>
/// <param name="CutFile">Where they are kept, or null.</param>
/// <param name="Damage">The damage that keeps the log from being written, or null.</param>
internal sealed record TailReport(long CutBytes = 0, string? CutFile = null, LogDamagedException? Damage = null)
{
    public static TailReport Whole { get; } = new();
}
