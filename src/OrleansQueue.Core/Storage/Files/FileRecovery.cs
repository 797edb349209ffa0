using System.Buffers;
using System.Globalization;

namespace OrleansQueue.Storage.Files;

/// <summary>A log's files as recovery left them.</summary>
/// <param name="Segments">The segments, oldest first.</param>
/// <param name="Tail">What was found at the end.</param>
/// <param name="SyncedTo">Up to where the last segment is known to be synced.</param>
/// <param name="Mark">The number and position of the last synced mark.</param>
internal sealed record RecoveredFiles(IReadOnlyList<SegmentExtent> Segments, TailReport Tail, long SyncedTo, (long Number, long Position) Mark)
{
    public static RecoveredFiles None { get; } = new([], TailReport.Whole, 0, default);
}

/// <summary>
/// Finds the end of a log on files. Every commit is at most <see cref="StoreLimits.MaxCommitBytes"/> long and the next begins after its
/// sync, so a tail that loss of power tore cannot reach back below the synced mark, nor can a whole batch lie that far
/// behind the tear. Where one does, bytes that were once synced are gone: that is damage, and damage is left as it is.
/// </summary>
internal sealed class FileRecovery(FileStoreParts parts, LogId log, LogSlot slot, Durability durability)
{
    public async ValueTask<RecoveredFiles> RunAsync(ITailObserver observer, CancellationToken cancellationToken)
    {
        var segments = await parts.Reads.RunAsync(List);
        if (segments.Count == 0)
        {
            return RecoveredFiles.None;
        }

        var last = segments[^1];
        var page = new byte[SegmentHeader.Size];
        var fault = last.Length < 0 ? "the header page is not whole" : await CheckHeaderAsync(last, page);
        if (fault is not null)
        {
            return Damaged(segments, 0, new BatchContinuity(last.FirstOffset, Epoch.None), fault);
        }

        var mark = SegmentHeader.ReadMark(page);
        var (length, suspectFile) = await CutSuspectAsync(last);
        using var scanner = new SegmentScanner((position, into, _) => ReadAsync(last.FirstOffset, position, into), length);
        var end = await scanner.ScanAsync(0, BatchContinuity.AtStartOf(last.FirstOffset), observer, cancellationToken);
        var damage = await FindDamageAsync(scanner, end, mark.Position, cancellationToken);
        if (damage is not null)
        {
            return Damaged(segments, end.GoodEnd, end.Next, damage);
        }

        TailReport tail;
        try
        {
            tail = await parts.Writes.RunAsync(() => MakeWhole(last.FirstOffset, end.GoodEnd, mark.Position));
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            // What is cut must be kept, and there is no room to keep it; until there is, the log can be read.
            return Damaged(segments, end.GoodEnd, end.Next, $"{end.Fault}; the torn tail cannot be moved aside: {error.Message}");
        }

        if (suspectFile is not null)
        {
            tail = new TailReport(last.Length - end.GoodEnd, suspectFile);
        }

        await ForgetWriteAheadAsync(last.FirstOffset);
        return new RecoveredFiles(Replace(segments, end.GoodEnd), tail, end.GoodEnd, mark);
    }

    private List<SegmentExtent> List()
    {
        var folder = parts.Folder.FolderOf(log);
        var segments = new List<SegmentExtent>();
        foreach (var name in parts.Disk.List(folder).Order(StringComparer.Ordinal))
        {
            if (SegmentName.Parse(name) is { } segment)
            {
                segments.Add(new SegmentExtent(segment, parts.Disk.LengthOf(Path.Combine(folder, name)) - SegmentHeader.Size));
            }
            else if (name.EndsWith(".new", StringComparison.Ordinal))
            {
                // A file that was being made when the process ended; nothing was ever kept in it.
                parts.Disk.Delete(Path.Combine(folder, name));
            }
        }

        return segments;
    }

    private async ValueTask<string?> CheckHeaderAsync(SegmentExtent segment, byte[] page)
    {
        await ReadAsync(segment.FirstOffset, -SegmentHeader.Size, page);
        return SegmentHeader.Check(page, parts.Folder.Id, log, segment.FirstOffset);
    }

    private async ValueTask<int> ReadAsync(Offset segment, long position, Memory<byte> into) =>
        await parts.Reads.RunAsync(() => parts.Segments.Read(log, segment, position, into.Span));

    private async ValueTask<string?> FindDamageAsync(SegmentScanner scanner, ScanEnd end, long mark, CancellationToken cancellationToken)
    {
        if (end.GoodEnd < mark)
        {
            return (end.Fault ?? "the file ends there") + $"; it was synced up to byte {mark}";
        }

        // Commits of durability Os are not synced one after another: what loss of power tears may reach back to the mark.
        if (end.Fault is null || durability == Durability.Os)
        {
            return null;
        }

        var behind = await scanner.FindBatchAsync(end.GoodEnd + StoreLimits.MaxCommitBytes, end.Next, cancellationToken);
        return behind is null ? null : $"{end.Fault}; a whole batch of this log begins at byte {behind}";
    }

    private RecoveredFiles Damaged(List<SegmentExtent> segments, long goodEnd, BatchContinuity next, string fault)
    {
        var damage = new LogDamagedException(parts.Segments.PathOf(log, segments[^1].FirstOffset), goodEnd, next.Next, fault);
        return new RecoveredFiles(Replace(segments, goodEnd), new TailReport(Damage: damage), goodEnd, default);
    }

    private static List<SegmentExtent> Replace(List<SegmentExtent> segments, long length)
    {
        segments[^1] = segments[^1] with { Length = length };
        return segments;
    }

    /// <summary>After a write that failed nothing behind it may be built on, whole or not: the page cache may show what the disk never got.</summary>
    private async ValueTask<(long Length, string? File)> CutSuspectAsync(SegmentExtent last)
    {
        var kept = (last.Length, (string?)null);
        if (slot.Suspect is { } suspect && suspect.FirstOffset == last.FirstOffset && suspect.Length < last.Length)
        {
            kept = (suspect.Length, await parts.Writes.RunAsync(() => Cut(last.FirstOffset, suspect.Length, last.Length)));
        }

        slot.Suspect = null;
        return kept;
    }

    /// <summary>Cuts a torn tail and syncs what is not known to be, so that nothing is served that loss of power could still take.</summary>
    private TailReport MakeWhole(Offset segment, long goodEnd, long mark)
    {
        using var lease = parts.Segments.Rent(log, segment);
        var length = lease.File.Length - SegmentHeader.Size;
        if (goodEnd < length)
        {
            return new TailReport(length - goodEnd, Cut(segment, goodEnd, length));
        }

        if (goodEnd != mark)
        {
            Rewrite(lease.File, mark, goodEnd);
            parts.SyncSegment(log, segment);
        }

        return TailReport.Whole;
    }

    /// <summary>
    /// Writes bytes once more as they are. Had their sync failed before, the system could call their pages clean and a sync now
    /// would do nothing; written again, they are synced in truth.
    /// </summary>
    private static void Rewrite(IDiskFile file, long from, long to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        for (var at = from; at < to;)
        {
            var got = file.Read(SegmentHeader.Size + at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)));
            file.Write(SegmentHeader.Size + at, buffer.AsSpan(0, got));
            at += got == 0 ? to - at : got;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Moves the bytes from a position to the end into a file beside the log, and returns its path.</summary>
    private string Cut(Offset segment, long from, long to)
    {
        var time = parts.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var path = Path.Combine(parts.Folder.FolderOf(log), $"{SegmentName.Of(segment)}.cut-{time}");
        using var lease = parts.Segments.Rent(log, segment);
        using (var kept = parts.Disk.Open(path, create: true))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
            for (var at = from; at < to;)
            {
                var got = lease.File.Read(SegmentHeader.Size + at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - at)));
                kept.Write(at - from, buffer.AsSpan(0, got));
                at += got == 0 ? to - at : got;
            }

            ArrayPool<byte>.Shared.Return(buffer);
            kept.Sync();
        }

        lease.File.SetLength(SegmentHeader.Size + from);
        parts.SyncSegment(log, segment);
        parts.Disk.SyncFolder(parts.Folder.FolderOf(log));
        return path;
    }

    /// <summary>What the write-ahead files say of this log ends here, or a replay could write old bytes over what a new owner appends.</summary>
    private async ValueTask ForgetWriteAheadAsync(Offset segment)
    {
        if (parts.WriteAhead.SpeaksOf(log))
        {
            await parts.Writes.RunAsync(() =>
            {
                parts.SyncSegment(log, segment);
                return true;
            });
            var barrier = new WriteAheadBarrier(log);
            parts.WriteAhead.Commit(barrier);
            await barrier.Done;
        }
    }
}
