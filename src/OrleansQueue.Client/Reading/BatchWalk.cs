using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>Takes whole batches from parts that may end anywhere. A batch that lies in one part is not copied.</summary>
/// <param name="parts">The parts in order.</param>
internal struct BatchWalk(IReadOnlyList<ReadOnlyMemory<byte>> parts)
{
    private int _part = -1;
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Steps to the next batch; false after the last.</summary>
    /// <exception cref="InvalidBatchException">The parts end within a batch, or it does not say where it ends; then it was the last.</exception>
    public bool TryNext(out ReadOnlyMemory<byte> batch)
    {
        try
        {
            return TryTake(out batch);
        }
        catch (InvalidBatchException)
        {
            (_part, _rest) = (parts.Count, default);
            throw;
        }
    }

    private bool TryTake(out ReadOnlyMemory<byte> batch)
    {
        while (_rest.IsEmpty)
        {
            if (++_part >= parts.Count)
            {
                batch = default;
                return false;
            }

            _rest = parts[_part];
        }

        if (_rest.Length >= RecordBatchHeader.Size)
        {
            var size = SizeOf(_rest.Span);
            if (size <= _rest.Length)
            {
                batch = _rest[..(int)size];
                _rest = _rest[(int)size..];
                return true;
            }
        }

        batch = Stitch();
        return true;
    }

    private ReadOnlyMemory<byte> Stitch()
    {
        var header = new byte[RecordBatchHeader.Size];
        Copy(header);
        var size = SizeOf(header);
        var batch = new byte[size];
        header.CopyTo(batch, 0);
        Copy(batch.AsSpan(header.Length));
        return batch;
    }

    private void Copy(Span<byte> to)
    {
        while (!to.IsEmpty)
        {
            if (_rest.IsEmpty)
            {
                _rest = ++_part < parts.Count ? parts[_part] : throw new InvalidBatchException("batch size", "bytes up to the batch's end");
                continue;
            }

            var count = Math.Min(to.Length, _rest.Length);
            _rest.Span[..count].CopyTo(to);
            _rest = _rest[count..];
            to = to[count..];
        }
    }

    private static long SizeOf(ReadOnlySpan<byte> front)
    {
        var size = RecordBatchHeader.Read(front).SizeInBytes;
        return size >= RecordBatchHeader.Size && size <= Array.MaxLength ? size : throw new InvalidBatchException("batch length", "that of a batch");
    }
}
