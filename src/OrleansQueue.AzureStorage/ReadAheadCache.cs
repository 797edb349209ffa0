namespace OrleansQueue.AzureStorage;

/// <summary>
/// Bytes that were read ahead of readers that go on where they were, of all logs of a store. What was used longest ago goes first. A blob's
/// bytes never change, so what is here is right for as long as the blob's name means the same blob.
/// </summary>
internal sealed class ReadAheadCache(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Window> _byUse = new();
    private readonly Dictionary<string, List<LinkedListNode<Window>>> _byBlob = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>Copies what there is from a position of a blob on; returns how much.</summary>
    public int Read(string blob, long position, Span<byte> into)
    {
        lock (_lock)
        {
            if (!_byBlob.TryGetValue(blob, out var windows) || windows.Find(node => node.Value.Holds(position)) is not { } found)
            {
                return 0;
            }

            var from = found.Value.Bytes.AsSpan((int)(position - found.Value.Start));
            from = from[..Math.Min(from.Length, into.Length)];
            from.CopyTo(into);
            _byUse.Remove(found);
            _byUse.AddLast(found);
            return from.Length;
        }
    }

    /// <summary>How much was read last by a reader that came to this position; 0 where there was none. It goes on, so what it used is given up.</summary>
    public int TakeEndingAt(string blob, long position)
    {
        lock (_lock)
        {
            if (!_byBlob.TryGetValue(blob, out var windows) || windows.Find(node => node.Value.End == position) is not { } found)
            {
                return 0;
            }

            Remove(found);
            return found.Value.Bytes.Length;
        }
    }

    /// <summary>Keeps bytes of a blob.</summary>
    public void Add(string blob, long position, byte[] bytes)
    {
        if (bytes.Length == 0 || bytes.Length > maxBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (!_byBlob.TryGetValue(blob, out var windows))
            {
                _byBlob.Add(blob, windows = []);
            }

            windows.Add(_byUse.AddLast(new Window(blob, position, bytes)));
            for (_bytes += bytes.Length; _bytes > maxBytes;)
            {
                Remove(_byUse.First!);
            }
        }
    }

    private void Remove(LinkedListNode<Window> node)
    {
        _byUse.Remove(node);
        _bytes -= node.Value.Bytes.Length;
        var windows = _byBlob[node.Value.Blob];
        windows.Remove(node);
        if (windows.Count == 0)
        {
            _byBlob.Remove(node.Value.Blob);
        }
    }

    private sealed record Window(string Blob, long Start, byte[] Bytes)
    {
        public long End => Start + Bytes.Length;

        public bool Holds(long position) => position >= Start && position < End;
    }
}
