using OrleansQueue.Batches;

namespace OrleansQueue.Queues;

/// <summary>Some batches of a log one behind the other, kept while messages are leased from them.</summary>
internal sealed class ScanWindow
{
    private readonly List<WindowBatch> _batches;

    private ScanWindow(List<WindowBatch> batches, bool isRequeued)
    {
        _batches = batches;
        IsRequeued = isRequeued;
    }

    /// <summary>Whether they are of the requeue log.</summary>
    public bool IsRequeued { get; }

    /// <summary>The batches in order.</summary>
    public IReadOnlyList<WindowBatch> Batches => _batches;

    /// <summary>The offset behind the last of them.</summary>
    public Offset End => _batches[^1].End;

    /// <summary>Finds the batches in what a read brought; null where it brought none.</summary>
    public static ScanWindow? Of(IReadOnlyList<ReadOnlyMemory<byte>> parts, bool isRequeued)
    {
        var batches = new List<WindowBatch>();
        var left = ReadOnlyMemory<byte>.Empty;
        for (var i = 0; i < parts.Count || !left.IsEmpty;)
        {
            left = left.IsEmpty ? parts[i++] : left;
            left = left.Length < RecordBatchHeader.Size ? Join(left, parts[i++]) : left;
            var header = RecordBatchHeader.Read(left.Span);
            var head = left[..RecordBatchHeader.Size];
            var records = left[RecordBatchHeader.Size..];
            var size = (int)header.SizeInBytes - RecordBatchHeader.Size;

            // A batch of the tail cache comes as its header and its records; what was read from the disk is many batches in one part.
            while (records.Length < size)
            {
                records = records.IsEmpty ? parts[i++] : Join(records, parts[i++]);
            }

            batches.Add(new WindowBatch(header, head, records[..size]));
            left = records[size..];
        }

        return batches.Count == 0 ? null : new ScanWindow(batches, isRequeued);
    }

    /// <summary>Whether what lies at an offset is within the window.</summary>
    public bool Covers(Offset offset) => offset >= _batches[0].First && offset < End;

    /// <summary>The index of the batch that holds an offset, or else of the first behind it.</summary>
    public int IndexOf(Offset offset)
    {
        int low = 0, high = _batches.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _batches[middle].End > offset ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second)
    {
        var joined = new byte[first.Length + second.Length];
        first.CopyTo(joined);
        second.CopyTo(joined.AsMemory(first.Length));
        return joined;
    }
}
