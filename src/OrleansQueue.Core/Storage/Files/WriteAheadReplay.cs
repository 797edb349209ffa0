namespace OrleansQueue.Storage.Files;

/// <summary>
/// Brings every segment to what its owners were told: writes what the write-ahead files say, syncs the segments, and removes
/// the files. It can be cut off anywhere and run again.
/// </summary>
internal static class WriteAheadReplay
{
    /// <summary>Replays the files of a store and returns the highest generation that was ever in use.</summary>
    public static long Run(IDisk disk, StoreFolder folder, SegmentFiles segments)
    {
        var names = disk.List(folder.WriteAhead).Where(WriteAheadFile.IsName).ToList();
        var files = names.Select(name => Read(disk, folder, name)).OfType<Found>().OrderBy(file => file.Generation).ToList();
        var oldestNeeded = files.Count == 0 ? 0 : files[^1].OldestNeeded;
        var needed = files.Where(file => file.Generation >= oldestNeeded).ToList();

        var barriers = FindBarriers(needed);
        var touched = new HashSet<(LogId, Offset)>();
        foreach (var file in needed)
        {
            Apply(file, barriers, segments, touched);
        }

        foreach (var (log, segment) in touched)
        {
            segments.SyncIfThere(log, segment);
        }

        // The newest goes last, when the others are gone for good: until then it says which of them still count.
        var newest = files.Count == 0 ? [] : new[] { files[^1].Name };
        Delete(disk, folder.WriteAhead, names.Except(newest));
        Delete(disk, folder.WriteAhead, newest);
        return files.Count == 0 ? 0 : files[^1].Generation;
    }

    private static void Delete(IDisk disk, string folder, IEnumerable<string> names)
    {
        var any = false;
        foreach (var name in names)
        {
            disk.Delete(Path.Combine(folder, name));
            any = true;
        }

        if (any)
        {
            disk.SyncFolder(folder);
        }
    }

    private static Found? Read(IDisk disk, StoreFolder folder, string name)
    {
        var bytes = disk.ReadWhole(Path.Combine(folder.WriteAhead, name));
        return WriteAheadFormat.TryReadFileHeader(bytes, folder.Id, out var generation, out var oldestNeeded)
            ? new Found(name, generation, oldestNeeded, bytes)
            : null;
    }

    /// <summary>For each log with a barrier, the place of its last one. Every file is walked to its end, and checked there, before anything is changed.</summary>
    private static Dictionary<LogId, (long Generation, int At)> FindBarriers(List<Found> files)
    {
        var barriers = new Dictionary<LogId, (long, int)>();
        foreach (var file in files)
        {
            var at = WriteAheadFormat.FileHeaderSize;
            for (; file.TryReadEntry(at, out var entry); at += entry.Size)
            {
                if (entry.Kind == WriteAheadKind.Barrier)
                {
                    barriers[entry.Log] = (file.Generation, at);
                }
            }

            file.CheckEnd(at);
        }

        return barriers;
    }

    private static void Apply(
        Found file, Dictionary<LogId, (long Generation, int At)> barriers, SegmentFiles segments, HashSet<(LogId, Offset)> touched)
    {
        for (var at = WriteAheadFormat.FileHeaderSize; file.TryReadEntry(at, out var entry); at += entry.Size)
        {
            var behindBarrier = !barriers.TryGetValue(entry.Log, out var barrier) || (file.Generation, at).CompareTo(barrier) > 0;
            if (entry.Kind == WriteAheadKind.Bytes && behindBarrier && segments.WriteIfThere(entry.Log, entry.Segment, entry.Position, entry.Bytes))
            {
                touched.Add((entry.Log, entry.Segment));
            }
        }
    }

    private sealed record Found(string Name, long Generation, long OldestNeeded, byte[] Bytes)
    {
        /// <summary>
        /// A round is written after the one before was synced, so a whole entry more than a round behind the place where the entries
        /// end shows that synced bytes are gone.
        /// </summary>
        public void CheckEnd(int end)
        {
            Span<byte> mark = stackalloc byte[sizeof(long)];
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(mark, Generation);
            for (var at = end + WriteAheadFormat.MaxRoundBytes; at < Bytes.Length; at++)
            {
                // An entry is told by its generation, which stands at a fixed place in it.
                var ahead = Bytes.AsSpan(at).IndexOf(mark);
                if (ahead < 0)
                {
                    return;
                }

                at += ahead;
                if (TryReadEntry(at - WriteAheadFormat.GenerationAt, out _))
                {
                    throw new InvalidDataException(
                        $"Write-ahead file {Name} is damaged at byte {end}: whole entries follow at byte {at - WriteAheadFormat.GenerationAt}. Nothing was changed.");
                }
            }
        }

        public bool TryReadEntry(int at, out WriteAheadEntry entry) =>
            WriteAheadFormat.TryReadEntry(at <= Bytes.Length ? Bytes.AsSpan(at) : [], Generation, out entry);
    }
}
