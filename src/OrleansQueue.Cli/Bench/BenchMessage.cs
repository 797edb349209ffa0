using System.Buffers.Binary;
using OrleansQueue.Batches;

namespace OrleansQueue.Cli.Bench;

/// <summary>
/// The value of a benchmark's message: which run and which message of it, and bytes that follow from the size alone, so that
/// whoever reads it can tell every byte. Its key, if it has one, is one of so many, in turn.
/// </summary>
internal sealed class BenchMessage
{
    /// <summary>Room for run and number.</summary>
    public const int LeastSize = 16;

    private readonly byte[] _bytes;
    private readonly byte[] _key = new byte[sizeof(long)];
    private readonly int _keys;

    /// <param name="size">Bytes of a value.</param>
    /// <param name="run">The run.</param>
    /// <param name="keys">How many keys there are; 0 where messages have none.</param>
    public BenchMessage(int size, long run, int keys = 0)
    {
        _keys = keys;

        // Bytes that do not repeat, so that nothing on the way can shorten them.
        _bytes = new byte[size];
        var state = 0x9E3779B97F4A7C15UL;
        for (var i = LeastSize; i < size; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            _bytes[i] = (byte)state;
        }

        BinaryPrimitives.WriteInt64LittleEndian(_bytes, run);
    }

    /// <summary>Bytes of a value.</summary>
    public int Size => _bytes.Length;

    /// <summary>The value of one message; it holds until the next is asked for.</summary>
    public ReadOnlySpan<byte> Of(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan(sizeof(long)), number);
        return _bytes;
    }

    /// <summary>The key of one message; it holds until the next is asked for.</summary>
    public NullableBytes KeyOf(long number)
    {
        if (_keys == 0)
        {
            return NullableBytes.Null;
        }

        BinaryPrimitives.WriteInt64LittleEndian(_key, number % _keys);
        return new NullableBytes(_key);
    }

    /// <summary>Reads the number of a key, of which there are so many; false where it is none of them.</summary>
    public bool TryReadKey(ReadOnlyMemory<byte>? key, out int number)
    {
        number = key is { Length: sizeof(long) } bytes && BinaryPrimitives.ReadInt64LittleEndian(bytes.Span) is var read && read >= 0 && read < _keys ? (int)read : -1;
        return number >= 0;
    }

    /// <summary>Reads run and number of a value; false where one of its bytes is not as it was published.</summary>
    public bool TryRead(ReadOnlySpan<byte> value, out long run, out long number)
    {
        run = number = 0;
        if (value.Length != _bytes.Length || !value[LeastSize..].SequenceEqual(_bytes.AsSpan(LeastSize)))
        {
            return false;
        }

        run = BinaryPrimitives.ReadInt64LittleEndian(value);
        number = BinaryPrimitives.ReadInt64LittleEndian(value[sizeof(long)..]);
        return true;
    }
}
