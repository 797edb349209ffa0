namespace OrleansQueue.Batches;

/// <summary>One record of a batch, as a view of the batch's own bytes.</summary>
public readonly ref struct RecordView
{
    private readonly ReadOnlySpan<byte> _records;
    private readonly RecordLayout _layout;

    internal RecordView(ReadOnlySpan<byte> records, scoped in RecordLayout layout, Offset offset, Timestamp timestamp)
    {
        _records = records;
        _layout = layout;
        Offset = offset;
        Timestamp = timestamp;
    }

    /// <summary>The record's offset.</summary>
    public Offset Offset { get; }

    /// <summary>The time of the append or the producer's, as the batch says.</summary>
    public Timestamp Timestamp { get; }

    /// <summary>The key, or null.</summary>
    public NullableBytes Key => Bytes(_layout.KeyAt, _layout.KeyLength);

    /// <summary>The value; null is a tombstone.</summary>
    public NullableBytes Value => Bytes(_layout.ValueAt, _layout.ValueLength);

    /// <summary>How many headers the record has.</summary>
    public int HeaderCount => _layout.HeaderCount;

    /// <summary>The headers in order.</summary>
    public HeaderReader Headers => new(_records[.._layout.End], _layout.HeadersAt, _layout.HeaderCount);

    private NullableBytes Bytes(int at, int length) => length < 0 ? NullableBytes.Null : new(_records.Slice(at, length));
}

/// <summary>Walks the records of an opened batch in order, without allocation.</summary>
public ref struct RecordReader
{
    private readonly ReadOnlySpan<byte> _records;
    private readonly Offset _baseOffset;
    private readonly Timestamp _baseTimestamp;
    private readonly Timestamp? _appendTime;
    private RecordLayout _layout;
    private int _left;

    internal RecordReader(scoped in RecordBatchHeader header, ReadOnlySpan<byte> records)
    {
        _records = records;
        _baseOffset = header.BaseOffset;
        _baseTimestamp = header.BaseTimestamp;
        _appendTime = header.Attributes.TimestampKind == TimestampKind.Append ? header.MaxTimestamp : null;
        _left = header.RecordCount;
    }

    /// <summary>The record that <see cref="MoveNext"/> found.</summary>
    public readonly RecordView Current => new(
        _records,
        _layout,
        _baseOffset.Plus(_layout.OffsetDelta),
        _appendTime ?? _layout.TimestampFrom(_baseTimestamp));

    /// <summary>Steps to the next record; false after the last.</summary>
    /// <exception cref="InvalidBatchException">The record's bytes do not fit the batch.</exception>
    public bool MoveNext()
    {
        if (_left <= 0)
        {
            return false;
        }

        _left--;
        var wrong = RecordLayout.TryParse(_records, _layout.End, out var next);
        if (wrong is not null)
        {
            throw new InvalidBatchException(wrong, "what fits the batch");
        }

        _layout = next;
        return true;
    }
}
