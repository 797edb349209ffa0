using System.Buffers;
using System.Globalization;
using OrleansQueue.Batches;

namespace OrleansQueue.Storage.Files;

/// <summary>A log's files as recovery left them.</summary>
/// <param name="Segments">The segments, oldest first.</param>
/// <param name="Tail">What was found at the end.</param>
/// <param name="SyncedTo">Up to where the last segment is known to be synced.</param>
/// <param name="Mark">The number and position of the last synced mark.</param>
internal sealed record RecoveredFiles(IReadOnlyList<SegmentExtent> Segments, TailReport Tail, long SyncedTo, (long Number, long Position) Mark)
{
    public static RecoveredFiles None { get; } = new([], TailReport.Whole, 0, default);

    /// <summary>The level of the last segment, or null where there is none.</summary>
    public FormatLevel? Level { get; init; }

    /// <summary>Whether the disk is too full to cut the tail; the log then takes no appends, and opening it again tries once more.</summary>
    public bool LacksRoom { get; init; }
}

/// <summary>
/// Finds the end of a log on files. Every commit is at most <see cref="StoreLimits.MaxCommitBytes"/> long and the next begins after its
/// sync, so a tail that loss of power tore cannot reach back below the synced mark, nor can a whole batch lie that far
/// behind the tear. Where one does, bytes that were once synced are gone: that is damage, and damage is left as it is.
/// </summary>
internal sealed class FileRecovery(FileStoreParts parts, LogId log, LogSlot slot, Durability durability)
{
    // The least that a disk writes whole.
    private const int Sector = 512;

    public async ValueTask<RecoveredFiles> RunAsync(ITailObserver observer, CancellationToken cancellationToken)
    {
        var segments = await parts.Reads.RunAsync(List);
        if (segments.Count == 0)
        {
            slot.Suspect = null;
            await ForgetWriteAheadAsync(Offset.Zero);
            return RecoveredFiles.None;
        }

        var last = segments[^1];
        var page = new byte[SegmentHeader.Size];
        var fault = last.Length < 0 ? "the header page is not whole" : await CheckHeaderAsync(last, page);
        if (fault is not null)
        {
            return Damaged(segments, 0, new BatchContinuity(last.FirstOffset, Epoch.None), fault);
        }

        // Looked at before anything is cut: what this version does not know may be whole all the same.
        var level = SegmentHeader.LevelOf(page);
        parts.Options.Levels.Check($"Segment {parts.Segments.PathOf(log, last.FirstOffset)}", level);
        var mark = SegmentHeader.ReadMark(page);
        await SyncNamesAsync(mark.Number);
        var length = LengthToTrust(last);
        using var scanner = new SegmentScanner((position, into, _) => ReadAsync(last.FirstOffset, position, into), length);
        var end = await scanner.ScanAsync(0, BatchContinuity.AtStartOf(last.FirstOffset), observer, cancellationToken);
        var damage = await FindDamageAsync(scanner, end, mark.Position, cancellationToken);
        if (damage is not null)
        {
            return Damaged(segments, end.GoodEnd, end.Next, damage) with { Level = level };
        }

        TailReport tail;
        try
        {
            tail = await parts.Writes.RunAsync(() => MakeWhole(last.FirstOffset, end.GoodEnd, mark.Position));
        }
        catch (IOException error) when (DiskFull.Is(error))
        {
            // What is cut must be kept, and there is no room to keep it: until there is, the log can only be read.
            return new RecoveredFiles(Replace(segments, end.GoodEnd), TailReport.Whole, end.GoodEnd, mark) { Level = level, LacksRoom = true };
        }

        slot.Suspect = null;
        await ForgetWriteAheadAsync(last.FirstOffset);
        return new RecoveredFiles(Replace(segments, end.GoodEnd), tail, end.GoodEnd, mark) { Level = level };
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

        // Its CRC holds, so it was written whole; epoch and offset lie outside the CRC and are what has changed, there or in a batch before.
        if (end.OutOfPlace is { } found && !LacksItsFirstSector(found, end))
        {
            return end.Fault;
        }

        // Commits of durability Os are not synced one after another: what loss of power tears may reach back to the mark.
        if (end.Fault is null || durability == Durability.Os)
        {
            return null;
        }

        var behind = await scanner.FindBatchAsync(end.GoodEnd + StoreLimits.MaxCommitBytes, end.Next, cancellationToken);
        return behind is null ? null : $"{end.Fault}; a whole batch of this log begins at byte {behind}";
    }

    /// <summary>
    /// Where a batch begins in the last bytes of a sector, loss of power may keep all of it but those: they are zeros then, and the rest of
    /// the offset is right. They may reach into the length, where its first bytes are zeros in any case.
    /// </summary>
    private static bool LacksItsFirstSector(in RecordBatchHeader found, ScanEnd end)
    {
        var lost = (int)(Sector - ((SegmentHeader.Size + end.GoodEnd) % Sector));
        if (lost >= BatchLayout.Epoch || (found.SizeInBytes - BatchLayout.LengthOverhead) >> (8 * Math.Min(BatchLayout.Epoch - lost, sizeof(int))) != 0)
        {
            return false;
        }

        var rest = (1L << (8 * Math.Max(0, BatchLayout.Length - lost))) - 1;
        var without = end.Next with { Next = new Offset(end.Next.Next.Value & rest) };
        return BatchEnvelope.CheckHeader(found) is null && without.Check(found) is null;
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

    /// <summary>
    /// After a write that failed nothing behind it may be built on, whole or not: the page cache may show what the disk never got,
    /// and none of it was acknowledged.
    /// </summary>
    private long LengthToTrust(SegmentExtent last) =>
        slot.Suspect is { } suspect && suspect.FirstOffset == last.FirstOffset ? Math.Min(suspect.Length, last.Length) : last.Length;

    /// <summary>A segment that was never marked may have been made by a process that was killed before it synced the file's name.</summary>
    private async ValueTask SyncNamesAsync(long marks)
    {
        if (marks == 0)
        {
            await parts.Writes.RunAsync(() =>
            {
                parts.Disk.SyncFolder(parts.Folder.Logs);
                parts.Disk.SyncFolder(parts.Folder.FolderOf(log));
                return true;
            });
        }
    }

    /// <summary>Cuts a torn tail and syncs what is not known to be, so that nothing is served that loss of power could still take.</summary>
    private TailReport MakeWhole(Offset segment, long goodEnd, long mark)
    {
        using var lease = parts.Segments.Rent(log, segment);
        if (goodEnd != mark)
        {
            Copy(lease.File, SegmentHeader.Size + mark, lease.File, SegmentHeader.Size + mark, goodEnd - mark);
        }

        var length = lease.File.Length - SegmentHeader.Size;
        if (goodEnd < length)
        {
            return new TailReport(length - goodEnd, Cut(lease.File, segment, goodEnd, length));
        }

        if (goodEnd != mark)
        {
            parts.SyncSegment(log, segment);
        }

        return TailReport.Whole;
    }

    /// <summary>
    /// Copies bytes; onto themselves to make them dirty once more: had their sync failed before, the system could call their pages
    /// clean and a sync now would do nothing.
    /// </summary>
    private static void Copy(IDiskFile from, long at, IDiskFile to, long toAt, long count)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        for (long done = 0; done < count;)
        {
            var got = from.Read(at + done, buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - done)));
            to.Write(toAt + done, buffer.AsSpan(0, got));
            done += got == 0 ? count : got;
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Moves the bytes from a position to the end into a file beside the log, and returns its path.</summary>
    private string Cut(IDiskFile file, Offset segment, long from, long to)
    {
        var time = parts.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var path = Path.Combine(parts.Folder.FolderOf(log), $"{SegmentName.Of(segment)}.cut-{time}");
        try
        {
            using var kept = parts.Disk.Open(path, create: true);
            kept.SetLength(0);
            Copy(file, SegmentHeader.Size + from, kept, 0, to - from);
            kept.Sync();
        }
        catch
        {
            // A piece of it would only take room from the next try.
            parts.Disk.Delete(path);
            throw;
        }

        file.SetLength(SegmentHeader.Size + from);
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
