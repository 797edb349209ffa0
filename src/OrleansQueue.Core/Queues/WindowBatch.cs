using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>A stored batch that messages are leased from, and where its records lie, once that was needed.</summary>
internal sealed class WindowBatch(RecordBatchHeader header, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> records)
{
    private RecordIndex? _index;

    public RecordBatchHeader Header => header;

    public Offset First => header.BaseOffset;

    public Offset End => header.NextOffset;

    public int SizeInBytes => head.Length + records.Length;

    /// <summary>Whether it holds a record for each of its offsets.</summary>
    public bool IsDense => header.RecordCount == header.LastOffsetDelta + 1;

    /// <summary>Whether its records can be looked at; one in a codec of others is handed out whole.</summary>
    public bool CanOpen => header.Attributes.Compression <= BatchCompression.Gzip;

    /// <summary>Where its records lie.</summary>
    /// <exception cref="InvalidBatchException">They do not open.</exception>
    public RecordIndex Index => _index ??= RecordIndex.Of(header, header.Attributes.Compression == BatchCompression.None ? records : Open());

    private byte[] Open()
    {
        using var opened = OpenedBatch.Open(ToArray(), BatchLimits.Default.MaxOpenedBytes);
        return opened.Records.ToArray();
    }

    /// <summary>The batch as it is stored.</summary>
    public void AddWhole(List<ReadOnlyMemory<byte>> parts)
    {
        parts.Add(head);
        parts.Add(records);
    }

    /// <summary>The batch as it is stored, in memory of its own.</summary>
    public byte[] ToArray()
    {
        var whole = new byte[SizeInBytes];
        head.CopyTo(whole);
        records.CopyTo(whole.AsMemory(head.Length));
        return whole;
    }

    /// <summary>
    /// Adds a batch of some of its records: under the same offsets, and else as they are, so that what is sent is what was asked for. Its
    /// base offset is that of the whole batch, so each record keeps its bytes.
    /// </summary>
    /// <returns>How many bytes it has.</returns>
    public int AddSome(IReadOnlyList<LeasedRange> selection, List<ReadOnlyMemory<byte>> parts)
    {
        var index = Index;
        int count = 0, bytes = RecordBatchHeader.Size, last = 0;
        var slices = new List<(int First, int End)>(selection.Count);
        foreach (var range in selection)
        {
            var (first, end) = index.RecordsOf(range.First.Value - First.Value, range.End.Value - First.Value);
            slices.Add((index.StartOf(first), index.StartOf(end)));
            bytes += index.StartOf(end) - index.StartOf(first);
            count += end - first;
            last = index.DeltaOf(end - 1);
        }

        var batch = GC.AllocateUninitializedArray<byte>(bytes);
        var at = RecordBatchHeader.Size;
        foreach (var (first, end) in slices)
        {
            index.Records.Span[first..end].CopyTo(batch.AsSpan(at));
            at += end - first;
        }

        (header with { SizeInBytes = bytes, RecordCount = count, LastOffsetDelta = last, Attributes = header.Attributes.WithoutCompression() }).Seal(batch);
        parts.Add(batch);
        return bytes;
    }
}
