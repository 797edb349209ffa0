namespace OrleansQueue.Batches;

/// <summary>Walks the headers of a record in order, without allocation.</summary>
public ref struct HeaderReader
{
    private readonly ReadOnlySpan<byte> _record;
    private int _at;
    private int _left;

    internal HeaderReader(ReadOnlySpan<byte> record, int at, int count)
    {
        _record = record;
        _at = at;
        _left = count;
    }

    /// <summary>The name of the header that <see cref="MoveNext"/> found.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Its value.</summary>
    public NullableBytes Value { get; private set; }

    /// <summary>Steps to the next header; false after the last.</summary>
    /// <exception cref="InvalidBatchException">The header's bytes do not fit the record.</exception>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        return TryMove() ? true : throw new InvalidBatchException("record header length", "bytes within the record");
    }

    internal bool TryMove()
    {
        if (!RecordLayout.TryParseBytes(_record, ref _at, out var nameAt, out var nameLength) || nameLength < 0
            || !RecordLayout.TryParseBytes(_record, ref _at, out var valueAt, out var valueLength))
        {
            return false;
        }

        Name = _record.Slice(nameAt, nameLength);
        Value = valueLength < 0 ? NullableBytes.Null : new(_record.Slice(valueAt, valueLength));
        return true;
    }

    internal readonly int BytesLeft => _record.Length - _at;
}
