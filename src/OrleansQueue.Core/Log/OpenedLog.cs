using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>A log as its owner holds it after opening.</summary>
/// <param name="Log">The handle.</param>
/// <param name="Segments">Its segments.</param>
/// <param name="State">Producers and epochs at its end.</param>
/// <param name="LogStart">The first offset kept.</param>
/// <param name="LogEnd">The offset behind the last record.</param>
internal sealed record OpenedLog(ILog Log, SegmentList Segments, LogState State, Offset LogStart, Offset LogEnd)
{
    /// <summary>The damage that keeps the log from being written, or null.</summary>
    public LogDamagedException? Damage { get; private init; }

    /// <summary>The latest time that an append is known to have had.</summary>
    public Timestamp LastAppend { get; private init; } = new(long.MinValue);

    /// <summary>How much of the last segment was walked, since no checkpoint knew it.</summary>
    public (long Bytes, int Batches) Walked { get; private init; }

    /// <summary>
    /// Opens a log: fences earlier owners, recovers the tail, and brings producers and epochs up to date from the state kept
    /// with the last segment and that segment's batches, or from a checkpoint and the batches behind it.
    /// </summary>
    public static async ValueTask<OpenedLog> OpenAsync(ILogStore store, PartitionLogOptions options, TimeProvider clock, ILogEvents events, Epoch? continues, CancellationToken cancellationToken)
    {
        var now = Timestamp.Now(clock);
        var tail = new TailIndexer(options.IndexEveryBytes, now);
        var log = await store.OpenAsync(options.Log, new LogOptions(options.Durability, continues), tail, cancellationToken);
        var segments = new SegmentList(log, options.IndexEveryBytes, clock, events);
        foreach (var extent in log.Segments)
        {
            segments.Add(new LogSegment(extent.FirstOffset, extent.Length));
        }

        if (segments.Active is not { } active)
        {
            return new OpenedLog(log, segments, tail.State, Offset.Zero, Offset.Zero);
        }

        active.Indexes = tail.Indexes ?? SegmentIndexes.New(active.FirstOffset, options.IndexEveryBytes);
        active.Begun = now;
        var damage = log.Tail.Damage;
        var lastAppend = active.Indexes.Times.LastAppend;
        try
        {
            if (!tail.IsStateWhole)
            {
                tail.State.AddOlder(await ReadStateAsync(log, segments, segments.Count - 1, now, cancellationToken));
            }

            // A segment that was just begun does not tell the time of the last append; the one before it does.
            if (active.Length == 0 && segments.Count > 1)
            {
                lastAppend = (await segments.IndexesOfAsync(segments[^2], cancellationToken)).Times.LastAppend;
            }
        }
        catch (LogDamagedException error)
        {
            damage ??= error;
        }

        tail.State.Producers?.Expire(now.Plus(-options.ProducerExpiry));
        return new OpenedLog(log, segments, tail.State, segments[0].FirstOffset, tail.Next ?? active.FirstOffset)
        {
            Damage = damage,
            LastAppend = lastAppend,
            Walked = tail.Walked,
        };
    }

    /// <summary>Has the state where a segment begins kept beside it: once the segments before are gone it cannot be rebuilt.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    /// <exception cref="LogDamagedException">It is missing, and a segment before is damaged.</exception>
    public async ValueTask KeepStateAsync(int index, Timestamp now, CancellationToken cancellationToken)
    {
        var first = Segments[index].FirstOffset;
        if (LogState.Read(await Log.ReadSidecarAsync(first, Sidecar.State, cancellationToken), first) is null)
        {
            var state = await ReadStateAsync(Log, Segments, index, now, cancellationToken);
            await Log.WriteSidecarAsync(first, Sidecar.State, state.Write(first));
        }
    }

    /// <summary>What was known where a segment begins: from the newest state before it that is whole, and the batches between.</summary>
    private static async ValueTask<LogState> ReadStateAsync(ILog log, SegmentList segments, int index, Timestamp now, CancellationToken cancellationToken)
    {
        var known = new LogState();
        var from = index;
        for (; from >= 0; from--)
        {
            var first = segments[from].FirstOffset;
            if (LogState.Read(await log.ReadSidecarAsync(first, Sidecar.State, cancellationToken), first) is { } state)
            {
                known = state;
                break;
            }
        }

        for (from = Math.Max(from, 0); from < index; from++)
        {
            var between = new TailIndexer(int.MaxValue, now);
            await segments.ScanAsync(segments[from], between, cancellationToken);
            between.State.AddOlder(known);
            known = between.State;
        }

        return known;
    }
}
