namespace OrleansQueue.Storage.Memory;

/// <summary>A handle of a log in memory.</summary>
internal sealed class MemoryLog(LogId id, Epoch epoch, MemoryLogData data, IReadOnlyList<SegmentExtent> segments, FormatLevel? fixedLevel, FormatLevels levels, bool usesCheckpoints) : ILog
{
    public LogId Id => id;

    public Epoch Epoch => epoch;

    public bool UsesCheckpoints => usesCheckpoints;

    public FormatLevel Level => data.Level ?? Next;

    private FormatLevel Next => fixedLevel ?? levels.Behind(data.Level ?? FormatLevel.First);

    public IReadOnlyList<SegmentExtent> Segments => segments;

    public TailReport Tail { get; private set; } = TailReport.Whole;

    /// <summary>Shows the batches of the last segment to <paramref name="observer"/>. Memory does not tear, so anything wrong is damage.</summary>
    public async ValueTask RecoverAsync(ITailObserver observer, CancellationToken cancellationToken)
    {
        if (segments.Count == 0)
        {
            return;
        }

        var last = segments[^1];
        using var scanner = new SegmentScanner((position, into, token) => ReadAsync(last.FirstOffset, position, into, token), last.Length);
        var start = usesCheckpoints ? await observer.BeginAsync(this, last, cancellationToken) : TailStart.AtFrontOf(last);
        var end = await scanner.ScanAsync(start.Position, start.Continuity, observer, cancellationToken);
        if (end.Fault is not null)
        {
            Tail = new TailReport(Damage: new LogDamagedException($"memory log {id}, segment {last.FirstOffset}", end.GoodEnd, end.Next.Next, end.Fault));
            segments = [.. segments.Take(segments.Count - 1), last with { Length = end.GoodEnd }];
        }
    }

    public ValueTask<StoreOutcome> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts.Sum(part => (long)part.Length), StoreLimits.MaxCommitBytes, nameof(parts));
        return new(data.Append(epoch, parts));
    }

    public ValueTask<StoreOutcome> RollAsync(Offset firstOffset) => new(data.Roll(epoch, firstOffset, Next));

    public ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into, CancellationToken cancellationToken) =>
        new(data.Read(segment, position, into.Span));

    public ValueTask<StoreOutcome> DeleteBeforeAsync(Offset firstKept) => new(data.DeleteBefore(epoch, firstKept));

    public ValueTask<StoreOutcome> ConfirmAsync() => new(data.Confirm(epoch));

    public ValueTask WriteSidecarAsync(Offset segment, Sidecar kind, ReadOnlyMemory<byte> content)
    {
        data.WriteSidecar(segment, kind, content.ToArray());
        return ValueTask.CompletedTask;
    }

    public ValueTask<byte[]?> ReadSidecarAsync(Offset segment, Sidecar kind, CancellationToken cancellationToken) => new(data.ReadSidecar(segment, kind));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
