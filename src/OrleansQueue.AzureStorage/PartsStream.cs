namespace OrleansQueue.AzureStorage;

/// <summary>Reads parts of memory one behind the other, as often as a request is sent again.</summary>
internal sealed class PartsStream(IReadOnlyList<ReadOnlyMemory<byte>> parts) : Stream
{
    private readonly long _length = parts.Sum(part => (long)part.Length);
    private long _position;
    private int _part;
    private int _inPart;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override int Read(Span<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length && _part < parts.Count)
        {
            var from = parts[_part].Span[_inPart..];
            from = from[..Math.Min(from.Length, buffer.Length - done)];
            from.CopyTo(buffer[done..]);
            done += from.Length;
            Advance(from.Length);
        }

        return done;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

    public override long Seek(long offset, SeekOrigin origin)
    {
        var to = offset + origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => _length,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(to, nameof(offset));
        (_position, _part, _inPart) = (0, 0, 0);
        while (_position < to && _part < parts.Count)
        {
            Advance((int)Math.Min(parts[_part].Length - _inPart, to - _position));
        }

        return _position;
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("The parts are what they are.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The parts are only read.");

    private void Advance(int bytes)
    {
        _position += bytes;
        _inPart += bytes;
        if (_inPart == parts[_part].Length)
        {
            (_part, _inPart) = (_part + 1, 0);
        }
    }
}
