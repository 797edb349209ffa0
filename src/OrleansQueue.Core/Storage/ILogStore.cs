namespace OrleansQueue.Storage;

/// <summary>
/// The storage port: a place that keeps many logs. Memory, files and Azure append blobs implement it, and one suite of tests
/// holds all of them to what is written here.
/// </summary>
internal interface ILogStore : IAsyncDisposable
{
    /// <summary>The identity that the store was created with.</summary>
    StoreId Id { get; }

    /// <summary>The level of the formats at which the store was created; what it holds is of that level or a higher one.</summary>
    FormatLevel CreatedAt { get; }

    /// <summary>What levels its user reads and writes.</summary>
    FormatLevels Levels { get; }

    /// <summary>
    /// Opens a log for writing, whether it exists yet or not. When the call returns, every handle opened earlier is fenced:
    /// nothing that it appends from then on is stored, and what it had in flight is either part of the log or gone. Only
    /// after fencing is the tail recovered: a torn tail is cut at the last whole batch, damage is left as it is.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="options">How its appends are kept.</param>
    /// <param name="observer">Is told of every batch of the last segment, in order, while the tail is recovered; where the log uses checkpoints, from where it says on.</param>
    /// <param name="cancellationToken">Ends the recovery; the log may then be opened again.</param>
    /// <exception cref="IOException">The storage cannot be read.</exception>
    /// <exception cref="LogFencedException">The options continue an owner that was fenced.</exception>
    /// <exception cref="FormatLevelException">The log is at a level that this version does not know.</exception>
    ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken);

    /// <summary>The logs of the store, in no order.</summary>
    ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Deletes a log with all that belongs to it, and fences its handles. Does nothing where there is none.</summary>
    ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken);
}

/// <summary>How a log's appends are kept.</summary>
/// <param name="Durability">What an append survives once it completed.</param>
/// <param name="Continues">
/// The epoch of an owner that opens its log again after a failed write, or null for a new owner. Where a later owner has opened the
/// log meanwhile, the opening throws <see cref="LogFencedException"/> instead of fencing that owner.
/// </param>
/// <param name="Level">The level at which segments are begun, or null for that of the store's <see cref="ILogStore.Levels"/> then.</param>
internal sealed record LogOptions(Durability Durability = Durability.Fsync, Epoch? Continues = null, FormatLevel? Level = null);

/// <summary>An owner that wanted to go on found that another has the log.</summary>
internal sealed class LogFencedException(LogId log, Epoch earlier, Epoch owner)
    : Exception($"Log {log} belongs to the owner of epoch {owner} now; the owner of epoch {earlier} writes no more.");

/// <summary>Sees the batches of a segment one after another, as when a log is opened.</summary>
internal interface ITailObserver
{
    /// <summary>Says where the walk through the last segment begins. What lies before is known to be whole. By default that is its front.</summary>
    /// <param name="log">The log, of which files beside segments can be read.</param>
    /// <param name="last">The last segment.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The storage cannot be read.</exception>
    ValueTask<TailStart> BeginAsync(ILog log, SegmentExtent last, CancellationToken cancellationToken) => new(TailStart.AtFrontOf(last));

    /// <summary>One whole batch that passed every check.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="position">Where it begins, in bytes from the segment's first batch.</param>
    /// <param name="batch">Its bytes, which are gone when the call returns.</param>
    void OnBatch(in Batches.RecordBatchHeader header, long position, ReadOnlySpan<byte> batch);
}

/// <summary>Where a walk begins.</summary>
/// <param name="Position">In bytes from the segment's first batch.</param>
/// <param name="Continuity">What the batch there has to continue.</param>
internal readonly record struct TailStart(long Position, BatchContinuity Continuity)
{
    /// <summary>The front of a segment.</summary>
    public static TailStart AtFrontOf(SegmentExtent segment) => new(0, BatchContinuity.AtStartOf(segment.FirstOffset));
}
