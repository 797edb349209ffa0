using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>A store of one log that deletes the oldest segment and then fails, for as long as the test says so.</summary>
internal sealed class HalfDeletingStore(ILogStore inner) : ILogStore
{
    /// <summary>What a deletion answers once its oldest segment is gone; null lets it be done whole.</summary>
    public Func<StoreOutcome>? AfterTheFirst { get; set; }

    /// <summary>Called before each sidecar is written, with the segment.</summary>
    public Func<Offset, Task>? OnSidecar { get; set; }

    public StoreId Id => inner.Id;

    public FormatLevel CreatedAt => inner.CreatedAt;

    public FormatLevels Levels => inner.Levels;

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken) =>
        new HalfDeletingLog(this, await inner.OpenAsync(log, options, observer, cancellationToken));

    public ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) => inner.DeleteAsync(log, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class HalfDeletingLog(HalfDeletingStore store, ILog inner) : ILog
    {
        private readonly SortedSet<long> _segments = [.. inner.Segments.Select(segment => segment.FirstOffset.Value)];

        public LogId Id => inner.Id;

        public Epoch Epoch => inner.Epoch;

        public FormatLevel Level => inner.Level;

        public IReadOnlyList<SegmentExtent> Segments => inner.Segments;

        public TailReport Tail => inner.Tail;

        public ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts) => inner.AppendAsync(parts);

        public ValueTask<StoreOutcome> RollAsync(Offset firstOffset)
        {
            _segments.Add(firstOffset.Value);
            return inner.RollAsync(firstOffset);
        }

        public ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken) =>
            inner.ReadAsync(segment, position, into, cancellationToken);

        public async ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept)
        {
            if (store.AfterTheFirst is not { } fails)
            {
                return await inner.DeleteBeforeAsync(firstKept);
            }

            Assert.Equal(StoreOutcome.Done, await inner.DeleteBeforeAsync(new Offset(_segments.ElementAt(1))));
            return fails();
        }

        public ValueTask<StoreOutcome> ConfirmAsync() => inner.ConfirmAsync();

        public async ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content)
        {
            await (store.OnSidecar?.Invoke(segment) ?? Task.CompletedTask);
            await inner.WriteSidecarAsync(segment, kind, content);
        }

        public ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken) =>
            inner.ReadSidecarAsync(segment, kind, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
