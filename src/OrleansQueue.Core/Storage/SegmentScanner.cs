using System.Buffers;
using OrleansQueue.Batches;

namespace OrleansQueue.Storage;

/// <summary>Reads bytes of one segment.</summary>
internal delegate ValueTask<int> SegmentRead(long position, Memory<byte> into, CancellationToken cancellationToken);

/// <summary>Where a scan ended.</summary>
/// <param name="GoodEnd">The position behind the last whole batch.</param>
/// <param name="Next">What a batch there would have to continue.</param>
/// <param name="Fault">What is wrong there, or null where the segment ends with that batch.</param>
/// <param name="OutOfPlace">The header of the batch there, where that was written whole, since its CRC holds, and only its header is wrong or does not continue the one before; else null.</param>
internal sealed record ScanEnd(long GoodEnd, BatchContinuity Next, string? Fault, RecordBatchHeader? OutOfPlace = null);

/// <summary>Walks the batches of a segment from its front, checking each one whole: length, CRC, and that it continues the one before.</summary>
internal sealed class SegmentScanner(SegmentRead read, long length) : IDisposable
{
    private const int FirstBuffer = 1 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private long _bufferAt;
    private int _buffered;

    /// <summary>Shows every batch of a segment that must be whole to <paramref name="observer"/>; <paramref name="place"/> is how an error names it.</summary>
    /// <exception cref="LogDamagedException">A batch is not whole or does not follow the one before.</exception>
    public static async ValueTask ScanWholeAsync(ILog log, SegmentExtent segment, string place, ITailObserver observer, CancellationToken cancellationToken)
    {
        using var scanner = new SegmentScanner((position, into, token) => log.ReadAsync(segment.FirstOffset, position, into, token), segment.Length);
        var end = await scanner.ScanAsync(0, BatchContinuity.AtStartOf(segment.FirstOffset), observer, cancellationToken);
        if (end.Fault is not null)
        {
            throw new LogDamagedException(place, end.GoodEnd, end.Next.Next, end.Fault);
        }
    }

    /// <summary>Walks from <paramref name="position"/> to the first byte that is not part of a whole batch.</summary>
    public async ValueTask<ScanEnd> ScanAsync(long position, BatchContinuity continuity, ITailObserver observer, CancellationToken cancellationToken)
    {
        while (position < length)
        {
            if (await LoadBatchAsync(position, cancellationToken) is { } torn)
            {
                return new(position, continuity, torn);
            }

            var header = RecordBatchHeader.Read(At(position));
            if (BatchEnvelope.CheckCrc(At(position)[..(int)header.SizeInBytes], header) is { } broken)
            {
                return new(position, continuity, broken.ToString());
            }

            if ((BatchEnvelope.CheckHeader(header)?.ToString() ?? continuity.Check(header)) is { } misplaced)
            {
                return new(position, continuity, misplaced, header);
            }

            observer.OnBatch(header, position, At(position)[..(int)header.SizeInBytes]);
            continuity = BatchContinuity.After(header);
            position += header.SizeInBytes;
        }

        return new(position, continuity, null);
    }

    /// <summary>
    /// Looks for a whole batch that begins at <paramref name="from"/> or later and could belong behind
    /// <paramref name="continuity"/>; returns where, or null.
    /// </summary>
    public async ValueTask<long?> FindBatchAsync(long from, BatchContinuity continuity, CancellationToken cancellationToken)
    {
        for (var position = from; position <= length - RecordBatchHeader.Size; position++)
        {
            if (!await BufferAsync(position, RecordBatchHeader.Size, cancellationToken))
            {
                return null;
            }

            // A batch is told by its magic byte; where there is none in what is buffered, all of that is skipped.
            var ahead = _buffer.AsSpan(0, _buffered)[(int)(position - _bufferAt + BatchLayout.Magic)..].IndexOf(BatchLayout.CurrentMagic);
            if (ahead < 0)
            {
                position = _bufferAt + _buffered - BatchLayout.Magic - 1;
                continue;
            }

            position += ahead;
            if (await IsBatchBehindAsync(position, continuity, cancellationToken))
            {
                return position;
            }
        }

        return null;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask<bool> IsBatchBehindAsync(long position, BatchContinuity continuity, CancellationToken cancellationToken)
    {
        if (await LoadBatchAsync(position, cancellationToken) is not null)
        {
            return false;
        }

        var header = RecordBatchHeader.Read(At(position));
        return header.BaseOffset >= continuity.Next && header.Epoch >= continuity.Epoch
            && BatchEnvelope.Check(At(position)[..(int)header.SizeInBytes], out _) is null;
    }

    /// <summary>Brings what may be a batch at a position into the buffer, as long as it says that it is; returns why there is none, or null.</summary>
    private async ValueTask<string?> LoadBatchAsync(long position, CancellationToken cancellationToken)
    {
        if (!await BufferAsync(position, RecordBatchHeader.Size, cancellationToken))
        {
            return $"{length - position} bytes are too few for a batch's header";
        }

        var header = RecordBatchHeader.Read(At(position));
        if (header.SizeInBytes is < RecordBatchHeader.Size or > StoreLimits.MaxCommitBytes)
        {
            return $"the batch claims {header.SizeInBytes} bytes";
        }

        return header.SizeInBytes <= length - position && await BufferAsync(position, (int)header.SizeInBytes, cancellationToken)
            ? null
            : $"the batch has {header.SizeInBytes} bytes, of which {length - position} are there";
    }

    private ReadOnlySpan<byte> At(long position) => _buffer.AsSpan((int)(position - _bufferAt)..);

    /// <summary>Has <paramref name="count"/> bytes from a position in the buffer; false where the segment ends before them.</summary>
    private async ValueTask<bool> BufferAsync(long position, int count, CancellationToken cancellationToken)
    {
        if (position >= _bufferAt && position + count <= _bufferAt + _buffered)
        {
            return true;
        }

        if (count > length - position)
        {
            return false;
        }

        if (count > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }

        _bufferAt = position;
        _buffered = 0;
        var most = (int)Math.Min(_buffer.Length, length - position);
        while (_buffered < count)
        {
            var got = await read(position + _buffered, _buffer.AsMemory(_buffered, most - _buffered), cancellationToken);
            if (got == 0)
            {
                return false;
            }

            _buffered += got;
        }

        return true;
    }
}
