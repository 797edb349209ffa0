using OrleansQueue.Batches;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>
/// A piece of a segment in memory, walked batch by batch. The memory is new for each read, because what is read from it is
/// handed out and nobody says when it is no longer used.
/// </summary>
/// <param name="opened">The log.</param>
/// <param name="segment">The segment.</param>
/// <param name="position">Where a batch begins.</param>
/// <param name="first">The offset that this batch has, which its CRC does not cover.</param>
internal sealed class ReadWindow(OpenedLog opened, LogSegment segment, long position, Offset first)
{
    // Writers only add behind this length, so one look at it holds for the whole read.
    private readonly long _length = segment.Length;
    private byte[] _bytes = [];
    private long _start = position;
    private int _filled;
    private BatchContinuity _continuity = BatchContinuity.AtStartOf(first);

    /// <summary>Where the next batch begins.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Reads ahead from the present position, as much as the storage gives at once.</summary>
    /// <param name="bytes">The most to read.</param>
    /// <param name="least">What is needed; less is there only where the segment got shorter.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public async ValueTask FillAsync(int bytes, int least, CancellationToken cancellationToken)
    {
        var wanted = (int)Math.Min(bytes, _length - Position);
        _bytes = GC.AllocateUninitializedArray<byte>(wanted);
        _start = Position;
        _filled = 0;
        while (_filled < Math.Min(wanted, least))
        {
            var got = await opened.Log.ReadAsync(segment.FirstOffset, Position + _filled, _bytes.AsMemory(_filled), cancellationToken);
            if (got == 0)
            {
                // The segment got shorter; what is left of it is served, and the batch that is not whole is told.
                break;
            }

            _filled += got;
        }
    }

    /// <summary>Has the next batch in memory whole and returns its header; null at the end of the segment, or of what is in memory where only that is asked for.</summary>
    public async ValueTask<RecordBatchHeader?> LoadBatchAsync(CancellationToken cancellationToken, bool onlyBuffered = false)
    {
        if (Position >= _length)
        {
            return null;
        }

        if (_start + _filled - Position < RecordBatchHeader.Size)
        {
            if (onlyBuffered)
            {
                return null;
            }

            await FillAsync(_bytes.Length, RecordBatchHeader.Size, cancellationToken);
        }

        var header = ReadHeader();
        if (_start + _filled - Position < header.SizeInBytes)
        {
            if (onlyBuffered)
            {
                return null;
            }

            await FillAsync(Math.Max(_bytes.Length, (int)header.SizeInBytes), (int)header.SizeInBytes, cancellationToken);
            if (_filled < header.SizeInBytes)
            {
                throw Damage(header.BaseOffset, $"the batch has {header.SizeInBytes} bytes, of which {_filled} are there");
            }
        }

        return header;
    }

    public void Skip(in RecordBatchHeader header)
    {
        _continuity = BatchContinuity.After(header);
        Position += header.SizeInBytes;
    }

    /// <summary>Checks the batch at the present position byte by byte, and its epoch, which the CRC does not cover either.</summary>
    public void Verify(in RecordBatchHeader header)
    {
        var wrong = BatchEnvelope.Check(Batch(header).Span, out _);
        if (wrong is not null)
        {
            throw Damage(header.BaseOffset, wrong.ToString());
        }

        var epoch = opened.State.Epochs.At(header.BaseOffset);
        if (epoch != Epoch.None && epoch != header.Epoch)
        {
            throw Damage(header.BaseOffset, $"the batch has epoch {header.Epoch}, but epoch {epoch} wrote there");
        }
    }

    /// <summary>The bytes of the batch at the present position.</summary>
    public ReadOnlyMemory<byte> Batch(in RecordBatchHeader header) => Slice(Position, (int)header.SizeInBytes);

    public ReadOnlyMemory<byte> Slice(long from, int length) => _bytes.AsMemory((int)(from - _start), length);

    public LogDamagedException Damage(Offset offset, string fault) => new(opened.Segments.PlaceOf(segment), Position, offset, fault);

    private RecordBatchHeader ReadHeader()
    {
        var left = _start + _filled - Position;
        if (left < RecordBatchHeader.Size)
        {
            throw Damage(_continuity.Next, $"{left} bytes are too few for a batch's header");
        }

        var header = RecordBatchHeader.Read(_bytes.AsSpan((int)(Position - _start)));
        var fault = BatchEnvelope.CheckHeader(header)?.ToString()
            ?? (header.SizeInBytes > _length - Position ? $"the batch has {header.SizeInBytes} bytes, of which {_length - Position} are there" : null)
            ?? _continuity.Check(header);
        return fault is null ? header : throw Damage(_continuity.Next, fault);
    }
}
