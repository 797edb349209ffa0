namespace OrleansQueue.Storage.Memory;

/// <summary>The bytes of a segment in memory, one array per append.</summary>
/// <param name="level">The level that what is in it may have.</param>
internal sealed class MemorySegment(FormatLevel level)
{
    private readonly List<(long Start, byte[] Bytes)> _chunks = [];

    public FormatLevel Level => level;

    public long Length { get; private set; }

    public Dictionary<Sidecar, byte[]> Sidecars { get; } = [];

    public void Append(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var chunk = GC.AllocateUninitializedArray<byte>(parts.Sum(part => part.Length));
        var at = 0;
        foreach (var part in parts)
        {
            part.Span.CopyTo(chunk.AsSpan(at));
            at += part.Length;
        }

        _chunks.Add((Length, chunk));
        Length += chunk.Length;
    }

    public int Read(long position, Span<byte> into)
    {
        var done = 0;
        for (var i = IndexOf(position); i < _chunks.Count && done < into.Length; i++)
        {
            var (start, bytes) = _chunks[i];
            var from = bytes.AsSpan((int)(position + done - start)..);
            from = from[..Math.Min(from.Length, into.Length - done)];
            from.CopyTo(into[done..]);
            done += from.Length;
        }

        return done;
    }

    /// <summary>The chunk that holds a position, or the number of chunks behind the end.</summary>
    private int IndexOf(long position) => position >= Length
        ? _chunks.Count
        : Math.Max(0, SortedSearch.CountBefore(_chunks, position, static (chunk, wanted) => chunk.Start <= wanted) - 1);
}
