using OrleansQueue.Batches;

namespace OrleansQueue.Queues;

/// <summary>Where the records of an opened batch lie, which offsets they have, and what stands for their keys.</summary>
internal sealed class RecordIndex
{
    private readonly int[] _starts;
    private readonly int[] _deltas;
    private readonly int[] _keys;

    private RecordIndex(ReadOnlyMemory<byte> records, int[] starts, int[] deltas, int[] keys)
    {
        Records = records;
        _starts = starts;
        _deltas = deltas;
        _keys = keys;
    }

    /// <summary>The records, not compressed.</summary>
    public ReadOnlyMemory<byte> Records { get; }

    /// <summary>How many there are.</summary>
    public int Count => _deltas.Length;

    /// <summary>Walks the records of a batch.</summary>
    /// <param name="header">The batch's header.</param>
    /// <param name="records">Its records, not compressed.</param>
    /// <exception cref="InvalidBatchException">They do not fit the batch.</exception>
    public static RecordIndex Of(in RecordBatchHeader header, ReadOnlyMemory<byte> records)
    {
        var starts = new int[header.RecordCount + 1];
        var deltas = new int[header.RecordCount];
        var keys = new int[2 * header.RecordCount];
        var span = records.Span;
        for (int i = 0, at = 0; i < deltas.Length; i++)
        {
            if (RecordLayout.TryParse(span, at, out var record) is { } wrong)
            {
                throw new InvalidBatchException(wrong, "what fits the batch");
            }

            (starts[i], deltas[i]) = (at, record.OffsetDelta);
            (keys[2 * i], keys[(2 * i) + 1]) = (record.KeyAt, record.KeyLength);
            at = record.End;
            starts[i + 1] = at;
        }

        return new RecordIndex(records, starts, deltas, keys);
    }

    /// <summary>Where a record begins; of the one behind the last, where that ends.</summary>
    public int StartOf(int record) => _starts[record];

    /// <summary>The offset of a record, less that of its batch.</summary>
    public int DeltaOf(int record) => _deltas[record];

    /// <summary>What stands for the key of a record; 0 where it has none.</summary>
    public ulong KeyOf(int record) => _keys[(2 * record) + 1] < 0 ? 0 : KeyHash.Of(Records.Span.Slice(_keys[2 * record], _keys[(2 * record) + 1]));

    /// <summary>What stands for the value of a record's first header of a name; for that of no bytes where it has none. Never 0.</summary>
    public ulong TenantOf(int record, ReadOnlySpan<byte> header)
    {
        _ = RecordLayout.TryParse(Records.Span, _starts[record], out var layout);
        for (var headers = new HeaderReader(Records.Span[..layout.End], layout.HeadersAt, layout.HeaderCount); headers.MoveNext();)
        {
            if (headers.Name.SequenceEqual(header))
            {
                return KeyHash.Of(headers.Value.IsNull ? [] : headers.Value.Span);
            }
        }

        return KeyHash.Of([]);
    }

    /// <summary>The records from one offset up to another, both less that of the batch: the first, and the one behind the last.</summary>
    public (int First, int End) RecordsOf(long first, long end) => (FirstFrom(first), FirstFrom(end));

    private int FirstFrom(long delta)
    {
        int low = 0, high = _deltas.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _deltas[middle] >= delta ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
