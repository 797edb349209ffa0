namespace OrleansQueue.Log;

/// <summary>Whether a read found its place.</summary>
internal enum LogReadKind
{
    /// <summary>Batches, or none at the end of the log.</summary>
    Batches,

    /// <summary>The offset lies outside of what the log holds; reading can go on at <see cref="LogRead.Next"/>.</summary>
    OutOfRange,

    /// <summary>
    /// The record is past its retention and its deletion failed half-way: it is gone, or may be, but it may also be there again for the next
    /// owner. Nothing is passed over until that is known, so the read is to be made again.
    /// </summary>
    Going,
}

/// <summary>Batches of a log.</summary>
/// <param name="Kind">Whether the offset was found.</param>
/// <param name="Parts">The bytes of whole batches, in order; the first may begin before the offset asked for.</param>
/// <param name="Next">The offset behind the last of them.</param>
internal sealed record LogRead(LogReadKind Kind, IReadOnlyList<ReadOnlyMemory<byte>> Parts, Offset Next);
