using System.IO.Compression;

namespace OrleansQueue.Batches;

/// <summary>
/// Writes records into a batch one after another. The records go straight to their final place; nothing is allocated for a
/// record. Not safe for use from several threads at once.
/// </summary>
public sealed class RecordBatchBuilder
{
    // Attributes byte and the varints of a record: length, timestamp delta, offset delta, key, value, header count.
    private const int MaxRecordOverhead = 1 + (5 * VarInt.MaxBytes32) + VarInt.MaxBytes64;

    private readonly int _capacity;
    private readonly BatchCompression _compression;
    private byte[] _buffer = [];
    private int _end;
    private Timestamp _first;
    private Timestamp _latest;

    /// <summary>A builder of batches.</summary>
    /// <param name="capacity">Bytes to reserve for a batch at its first record; a larger batch makes it grow.</param>
    /// <param name="compression">None or gzip.</param>
    /// <exception cref="ArgumentOutOfRangeException">The codec is neither.</exception>
    public RecordBatchBuilder(int capacity = 64 << 10, BatchCompression compression = BatchCompression.None)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, RecordBatchHeader.Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)compression, (int)BatchCompression.Gzip, nameof(compression));
        _capacity = capacity;
        _compression = compression;
    }

    /// <summary>Records appended since the last <see cref="Build"/>.</summary>
    public int RecordCount { get; private set; }

    /// <summary>Bytes of the batch so far, before compression.</summary>
    public int SizeInBytes => RecordCount == 0 ? RecordBatchHeader.Size : _end;

    /// <summary>Appends one record.</summary>
    /// <param name="timestamp">The producer's time for it.</param>
    /// <param name="key">The key, or null.</param>
    /// <param name="value">The value; null is a tombstone.</param>
    /// <param name="headers">The headers in order.</param>
    public void Append(Timestamp timestamp, NullableBytes key, NullableBytes value, ReadOnlySpan<RecordHeader> headers = default)
    {
        var room = (long)MaxRecordOverhead + key.Span.Length + value.Span.Length;
        foreach (var header in headers)
        {
            room += (2 * VarInt.MaxBytes32) + header.Name.Length + (header.Value?.Length ?? 0);
        }

        MakeRoom(room);
        if (RecordCount == 0)
        {
            _first = _latest = timestamp;
        }

        _latest = Timestamp.Max(_latest, timestamp);
        WriteRecord(unchecked(timestamp.UnixMilliseconds - _first.UnixMilliseconds), key, value, headers);
        RecordCount++;
    }

    /// <summary>
    /// Ends the batch and hands its bytes over: the builder keeps no reference to them and begins a new batch. The base offset
    /// is 0 and the epoch -1 until a broker stamps them.
    /// </summary>
    /// <exception cref="InvalidOperationException">No record was appended.</exception>
    public ReadOnlyMemory<byte> Build(ProducerStamp producer)
    {
        if (RecordCount == 0)
        {
            throw new InvalidOperationException("A batch holds at least one record.");
        }

        var (batch, length) = _compression == BatchCompression.Gzip ? Compress() : (_buffer, _end);
        var header = new RecordBatchHeader
        {
            SizeInBytes = length,
            Epoch = Epoch.None,
            Magic = BatchLayout.CurrentMagic,
            Attributes = BatchAttributes.For(_compression),
            LastOffsetDelta = RecordCount - 1,
            BaseTimestamp = _first,
            MaxTimestamp = _latest,
            Producer = producer,
            RecordCount = RecordCount,
        };
        header.Seal(batch.AsSpan(0, length));
        _buffer = [];
        RecordCount = 0;
        return batch.AsMemory(0, length);
    }

    private void MakeRoom(long room)
    {
        if (RecordCount == 0)
        {
            _end = RecordBatchHeader.Size;
        }

        var needed = _end + room;
        if (needed <= _buffer.Length)
        {
            return;
        }

        var size = Math.Max(needed, RecordCount == 0 ? _capacity : Math.Min(_buffer.Length * 2L, Array.MaxLength));
        var larger = GC.AllocateUninitializedArray<byte>(checked((int)size));
        _buffer.AsSpan(0, Math.Min(_end, _buffer.Length)).CopyTo(larger);
        _buffer = larger;
    }

    private void WriteRecord(long timestampDelta, NullableBytes key, NullableBytes value, ReadOnlySpan<RecordHeader> headers)
    {
        var length = 1 + VarInt.SizeOf(timestampDelta) + VarInt.SizeOf(RecordCount) + SizeOf(key) + SizeOf(value) + VarInt.SizeOf(headers.Length);
        foreach (var header in headers)
        {
            length += SizeOf(header.Name.Span) + SizeOf(ValueOf(header));
        }

        var to = _buffer.AsSpan(_end);
        var at = VarInt.Write(to, length);
        to[at++] = 0;
        at += VarInt.Write(to[at..], timestampDelta);
        at += VarInt.Write(to[at..], RecordCount);
        at += Write(to[at..], key);
        at += Write(to[at..], value);
        at += VarInt.Write(to[at..], headers.Length);
        foreach (var header in headers)
        {
            at += Write(to[at..], header.Name.Span);
            at += Write(to[at..], ValueOf(header));
        }

        _end += at;
    }

    private static NullableBytes ValueOf(in RecordHeader header) => header.Value is { } value ? new(value.Span) : NullableBytes.Null;

    private static int SizeOf(NullableBytes bytes) => bytes.IsNull ? 1 : VarInt.SizeOf(bytes.Span.Length) + bytes.Span.Length;

    private static int Write(Span<byte> to, NullableBytes bytes)
    {
        var at = VarInt.Write(to, bytes.IsNull ? -1 : bytes.Span.Length);
        bytes.Span.CopyTo(to[at..]);
        return at + bytes.Span.Length;
    }

    private (byte[] Batch, int Length) Compress()
    {
        using var to = new MemoryStream(RecordBatchHeader.Size + ((_end - RecordBatchHeader.Size) / 2));
        to.Write(_buffer, 0, RecordBatchHeader.Size);
        using (var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(_buffer, RecordBatchHeader.Size, _end - RecordBatchHeader.Size);
        }

        return (to.GetBuffer(), (int)to.Length);
    }
}
