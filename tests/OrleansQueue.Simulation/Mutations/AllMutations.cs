namespace OrleansQueue.Simulation.Mutations;

/// <summary>The faults that are put into the code to see that they are found.</summary>
internal static class AllMutations
{
    private const string FileLog = "Storage/Files/FileLog.cs";
    private const string FileRecovery = "Storage/Files/FileRecovery.cs";
    private const string MemoryLogData = "Storage/Memory/MemoryLogData.cs";
    private const string PartitionLogAppend = "Log/PartitionLog.Append.cs";

    public static IReadOnlyList<Mutation> List { get; } = [.. Syncs(), .. Owners(), .. Logs(), .. Groups(), .. QueueMutations.List];

    private static Mutation[] Syncs() =>
    [
        new("skips the sync of the write-ahead file", "Storage/Files/WriteAheadFile.cs", "        file.Write(End, entries);\n        file.Sync();\n", "        file.Write(End, entries);\n"),
        new("skips the sync of a commit that is too large for the write-ahead file", "Storage/Files/FileCommit.cs", "                log.SyncSegment(segment);\n", ""),
        new("gives a write-ahead file free before its segments are synced", "Storage/Files/WriteAheadFiles.cs", "                segments.SyncIfThere(next.Log, next.Segment);\n", ""),
        new("skips the sync of a folder", "Storage/Files/SmallFiles.cs", "        disk.SyncFolder(Path.GetDirectoryName(path)!);\n", ""),
        new("rolls without sealing", FileLog, "            SyncSegment(last);\n            WriteMark(last, _end);\n", "            WriteMark(last, _end);\n"),
    ];

    private static Mutation[] Owners() =>
    [
        new("skips the fence of an append to files", FileLog,
            "            if (slot.Owner != epoch)\n            {\n                return new(StoreOutcome.Fenced);",
            "            if (slot.Owner < Epoch.None)\n            {\n                return new(StoreOutcome.Fenced);"),
        new("skips the fence of an append to a shared store", MemoryLogData,
            "IReadOnlyList<ReadOnlyMemory<byte>> parts)\n    {\n        lock (_lock)\n        {\n            if (owner != _owner)",
            "IReadOnlyList<ReadOnlyMemory<byte>> parts)\n    {\n        lock (_lock)\n        {\n            if (owner > _owner)"),
        new("creates a segment in files whoever the owner is", FileLog,
            "            if (slot.Owner != epoch)\n            {\n                return StoreOutcome.Fenced;",
            "            if (slot.Owner < Epoch.None)\n            {\n                return StoreOutcome.Fenced;"),
        new("creates a segment in a shared store whoever the owner is", MemoryLogData,
            "public StoreOutcome Roll(Epoch owner, Offset firstOffset, FormatLevel level)\n    {\n        lock (_lock)\n        {\n            if (owner != _owner)",
            "public StoreOutcome Roll(Epoch owner, Offset firstOffset, FormatLevel level)\n    {\n        lock (_lock)\n        {\n            if (owner > _owner)"),
    ];

    private static Mutation[] Logs() =>
    [
        new("answers before the commit", PartitionLogAppend, "        return await commit.Done ?? appended;\n", "        _ = commit.Done;\n        await Task.Yield();\n        return appended;\n"),
        new("shows readers what lies past the high watermark",
        [
            new(PartitionLogAppend,
                "        Offsets.Assign(placed.NextOffset);\n",
                "        Offsets.Assign(placed.NextOffset);\n        Offsets.Commit(placed.NextOffset);\n        _cache.Add(new CachedBatch(baseOffset, placed.NextOffset, stamped, frame[RecordBatchHeader.Size..]));\n"),
            new("Log/OffsetLadder.cs",
                "Change(LogStart, highWatermark, LogEnd);",
                "Change(LogStart, Offset.Max(HighWatermark, highWatermark), LogEnd);"),
        ]),
        new("forgets the sequences of earlier segments", "Log/LogState.cs", "            EnsureProducers().AddOlder(older.Producers);\n", ""),
        new("forgets the sequences of the last segment", "Log/TailIndexer.cs", "        State.Add(header, appended);\n", "        State.Epochs.Add(header.Epoch, header.BaseOffset);\n"),
        new("takes a torn tail for damage", FileRecovery,
            "        if (end.Fault is null || durability == Durability.Os)\n        {\n            return null;",
            "        if (end.Fault is null || durability == Durability.Fsync)\n        {\n            return end.Fault;"),
        new("takes damage for a torn tail", FileRecovery, "        if (end.GoodEnd < mark)\n", "        if (end.GoodEnd < mark && mark < 0)\n"),
        new("takes a batch out of place for a torn tail", FileRecovery, "        if (end.OutOfPlace is { } found && !LacksItsFirstSector(found, end))\n", "        if (end.OutOfPlace is { } found && !LacksItsFirstSector(found, end) && mark < 0)\n"),
    ];

    private static Mutation[] Groups() =>
    [
        new("accepts a commit of an old generation", "Groups/GroupServer.Positions.cs",
            "        partition.Owner == member.Id && since >= partition.Since && since <= _state.Generation;",
            "        member.Id is not null && partition.Since >= Generation.None && since <= _state.Generation;"),
        new("gives a partition to a second member before the first let it go", "Groups/GroupServer.Assignment.cs",
            "Where(partition => partition.Owner is null && TargetOf(partition) is not null)",
            "Where(partition => partition.Owner != TargetOf(partition) && TargetOf(partition) is not null)"),
        new("takes a partition from a member that was not told to release it", "Groups/GroupServer.Assignment.cs",
            ": member.SessionTimeout + GraceOf(member) + member.ReleaseTimeout - ",
            ": member.ReleaseTimeout - "),
    ];
}
