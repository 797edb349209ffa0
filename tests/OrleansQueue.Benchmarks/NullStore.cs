using OrleansQueue.Storage;

namespace OrleansQueue.Benchmarks;

/// <summary>A store that says yes and keeps nothing.</summary>
internal sealed class NullStore : ILogStore
{
    public StoreId Id => default;

    public ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken) => new(new NullLog(log));

    public ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) => default;

    public ValueTask DisposeAsync() => default;

    private sealed class NullLog(LogId id) : ILog
    {
        public LogId Id => id;

        public Epoch Epoch => new(1);

        public IReadOnlyList<SegmentExtent> Segments => [];

        public TailReport Tail => TailReport.Whole;

        public ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts) => new(StoreOutcome.Done);

        public ValueTask<StoreOutcome> RollAsync(Offset firstOffset) => new(StoreOutcome.Done);

        public ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken) => new(0);

        public ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept) => new(StoreOutcome.Done);

        public ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content) => default;

        public ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken) => new((byte[]?)null);

        public ValueTask DisposeAsync() => default;
    }
}
