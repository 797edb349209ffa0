namespace OrleansQueue.Log;

/// <summary>Whether a read found its place.</summary>
internal enum LogReadKind
{
    /// <summary>Batches, or none at the end of the log.</summary>
    Batches,

    /// <summary>The offset lies outside of what the log holds; reading can go on at <see cref="LogRead.Next"/>.</summary>
    OutOfRange,
}

/// <summary>Batches of a log.</summary>
/// <param name="Kind">Whether the offset was found.</param>
/// <param name="Parts">The bytes of whole batches, in order; the first may begin before the offset asked for.</param>
/// <param name="Next">The offset behind the last of them.</param>
internal sealed record LogRead(LogReadKind Kind, IReadOnlyList<ReadOnlyMemory<byte>> Parts, Offset Next);
