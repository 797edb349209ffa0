using OrleansQueue.Storage;

namespace OrleansQueue.Simulation.Stores;

/// <summary>
/// A store that several silos reach over a network, as one process has it: calls take time, may overtake each other, and may be
/// carried out although their caller is told that they failed, then or later.
/// </summary>
internal sealed class SharedStore(ILogStore inner, StoreLine line) : ILogStore
{
    public StoreId Id => inner.Id;

    public FormatLevel CreatedAt => inner.CreatedAt;

    public FormatLevels Levels => inner.Levels;

    public async ValueTask<ILog> OpenAsync(LogId log, LogOptions options, ITailObserver observer, CancellationToken cancellationToken) =>
        new SharedLog(await line.CallAsync(() => inner.OpenAsync(log, options, observer, cancellationToken), isWrite: true), line);

    public async ValueTask<IReadOnlyList<LogId>> ListAsync(CancellationToken cancellationToken) =>
        await line.CallAsync(() => inner.ListAsync(cancellationToken), isWrite: false);

    public async ValueTask DeleteAsync(LogId log, CancellationToken cancellationToken) => await line.CallAsync(async () =>
    {
        await inner.DeleteAsync(log, cancellationToken);
        return true;
    }, isWrite: true);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A handle of such a store.</summary>
internal sealed class SharedLog(ILog inner, StoreLine line) : ILog
{
    public LogId Id => inner.Id;

    public Epoch Epoch => inner.Epoch;

    public FormatLevel Level => inner.Level;

    public bool UsesCheckpoints => inner.UsesCheckpoints;

    public IReadOnlyList<SegmentExtent> Segments => inner.Segments;

    public TailReport Tail => inner.Tail;

    public async ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        // What arrives late is what was sent, whatever becomes of the caller's memory.
        ReadOnlyMemory<byte>[] sent = [.. parts.Select(part => (ReadOnlyMemory<byte>)part.ToArray())];
        return await line.CallAsync(() => inner.AppendAsync(sent), isWrite: true);
    }

    public async ValueTask<StoreOutcome> RollAsync(Offset firstOffset) => await line.CallAsync(() => inner.RollAsync(firstOffset), isWrite: true);

    public async ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken)
    {
        var bytes = new byte[into.Length];
        var read = await line.CallAsync(() => inner.ReadAsync(segment, position, bytes, cancellationToken), isWrite: false);
        bytes.AsMemory(0, read).CopyTo(into);
        return read;
    }

    public async ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept) => await line.CallAsync(() => inner.DeleteBeforeAsync(firstKept), isWrite: true);

    public async ValueTask<StoreOutcome> ConfirmAsync() => await line.CallAsync(inner.ConfirmAsync, isWrite: false);

    public async ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content)
    {
        var sent = content.ToArray();
        await line.CallAsync(async () =>
        {
            await inner.WriteSidecarAsync(segment, kind, sent);
            return true;
        }, isWrite: true);
    }

    public async ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken) =>
        await line.CallAsync(() => inner.ReadSidecarAsync(segment, kind, cancellationToken), isWrite: false);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
