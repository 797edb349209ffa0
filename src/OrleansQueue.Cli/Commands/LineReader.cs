namespace OrleansQueue.Cli.Commands;

/// <summary>A line of the input.</summary>
/// <param name="Bytes">Its bytes without its end; they hold until the next line is read. None where the line is too long.</param>
/// <param name="Size">How many bytes it has.</param>
internal readonly record struct InputLine(ReadOnlyMemory<byte> Bytes, long Size)
{
    public bool IsTooLong => Bytes.Length != Size;
}

/// <summary>
/// Reads lines as bytes, whatever they are. A line ends with <c>\n</c>, or <c>\r\n</c>; the last one may lack that. Of a line
/// that is too long the bytes are passed over, so that it takes no memory, and the next one is read as ever.
/// </summary>
/// <param name="input">Where from.</param>
/// <param name="longest">The most bytes of a line.</param>
internal sealed class LineReader(Stream input, int longest)
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    private int Held => _end - _start;

    /// <summary>The next line; null at the end of the input.</summary>
    public async ValueTask<InputLine?> ReadAsync(CancellationToken cancellationToken)
    {
        long passed = 0;
        for (var searched = 0; ;)
        {
            var at = _buffer.AsSpan(_start + searched, Held - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                return Take(passed, searched + at, hasEnd: true);
            }

            // A line may have its \r on top of what is allowed.
            if (Held > longest + 1)
            {
                passed += Held;
                _start = _end;
            }

            searched = Held;
            if (!await FillAsync(cancellationToken))
            {
                return passed + Held == 0 ? null : Take(passed, Held, hasEnd: false);
            }
        }
    }

    private InputLine Take(long passed, int length, bool hasEnd)
    {
        var line = _buffer.AsMemory(_start, length);
        _start += length + (hasEnd ? 1 : 0);
        if (hasEnd && line.Span is [.., (byte)'\r'])
        {
            line = line[..^1];
        }

        var size = passed + line.Length;
        return new InputLine(size > longest ? default : line, size);
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == _buffer.Length)
        {
            // Half a buffer at least is free after that, so that no byte is moved often.
            var to = Held > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            _buffer.AsSpan(_start, Held).CopyTo(to);
            (_buffer, _start, _end) = (to, 0, Held);
        }

        // A read of a terminal or a pipe cannot be cancelled; so it is left behind, and ends with the process.
        var read = await Task.Run(() => input.Read(_buffer, _end, _buffer.Length - _end), CancellationToken.None).WaitAsync(cancellationToken);
        _end += read;
        return read > 0;
    }
}
