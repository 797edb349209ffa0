using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>A store that says Done to everything and keeps nothing, for tests that measure what lies above it.</summary>
internal sealed class NullLogStore : ILogStore
{
    public StoreId Id => default;

    public FormatLevel CreatedAt => FormatLevel.First;

    public FormatLevels Levels { get; } = new();

    public ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken) => new(new NullLog(log));

    public ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class NullLog(LogId id) : ILog
    {
        public LogId Id => id;

        public Epoch Epoch => new(0);

        public FormatLevel Level => FormatLevel.First;

        public IReadOnlyList<SegmentExtent> Segments => [];

        public TailReport Tail => TailReport.Whole;

        public ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts) => new(StoreOutcome.Done);

        public ValueTask<StoreOutcome> RollAsync(Offset firstOffset) => new(StoreOutcome.Done);

        public ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken) => new(0);

        public ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept) => new(StoreOutcome.Done);

        public ValueTask<StoreOutcome> ConfirmAsync() => new(StoreOutcome.Done);

        public ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content) => ValueTask.CompletedTask;

        public ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken) => new((byte[]?)null);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
