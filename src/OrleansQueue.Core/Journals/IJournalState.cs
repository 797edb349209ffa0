using System.Buffers;

namespace OrleansQueue.Journals;

/// <summary>
/// A state that a journal keeps: it changes only by entries, and the same entries in the same order make the same state.
/// </summary>
internal interface IJournalState
{
    /// <summary>Takes one entry in. Entries were written by this type or an older version of it.</summary>
    void Apply(ReadOnlySpan<byte> entry);

    /// <summary>Writes the whole state.</summary>
    void WriteSnapshot(IBufferWriter<byte> to);

    /// <summary>Puts the state that a snapshot holds in place of the present one.</summary>
    void ReadSnapshot(ReadOnlySpan<byte> snapshot);
}

/// <summary>Settings of a journal. Sizes are bytes.</summary>
internal sealed record JournalOptions
{
    /// <summary>What an entry survives. Default: <see cref="Durability.Fsync"/>.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>
    /// A snapshot is taken when the entries since the last one take more than this, and more than the snapshot itself took.
    /// Default: 256 KiB, read back in about a millisecond.
    /// </summary>
    public int SnapshotAfterBytes { get; init; } = 256 << 10;

    /// <summary>
    /// Where the store uses checkpoints, since reading from it takes its time, a snapshot is also taken after so many commits; after more where it is
    /// large, so that it costs a commit 128 bytes at most. Default: 500.
    /// </summary>
    public int SnapshotAfterCommits { get; init; } = 500;

    /// <summary>The level of the formats at which it is written for ever. Default: none, so that it follows the cluster's, by a snapshot where it is to be a higher one.</summary>
    public FormatLevel? Level { get; init; }
}
