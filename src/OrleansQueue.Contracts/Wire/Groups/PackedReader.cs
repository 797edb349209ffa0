using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Contracts.Wire.Groups;

/// <summary>Reads rows that a <see cref="PackedWriter"/> wrote. Whatever else it is given ends in an <see cref="InvalidDataException"/>.</summary>
internal sealed class PackedReader
{
    /// <summary>A topic's id, as 16 big-endian bytes.</summary>
    public const int TopicSize = 16;

    private readonly byte[] _from;
    private readonly List<string> _texts = [];
    private readonly List<TopicId> _topics = [];
    private int _at;

    private PackedReader(byte[] from) => _from = from;

    public static T[] Unpack<T>(byte[]? from, Func<PackedReader, T> read)
    {
        var reader = new PackedReader(from ?? throw Damaged());

        // A row takes a byte at least, so no count makes it allocate much more than came in.
        var rows = new T[reader.Count(reader._from.Length)];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = read(reader);
        }

        return reader._at == reader._from.Length ? rows : throw Damaged();
    }

    public long Number() => VarInt.TryRead(_from, ref _at, out long value) ? value : throw Damaged();

    public int Int32() => VarInt.TryRead(_from, ref _at, out int value) ? value : throw Damaged();

    public string Text() => Known(_texts, static from => Encoding.UTF8.GetString(from.Bytes()));

    public string? OptionalText() => Flag() ? Text() : null;

    public string[] Texts()
    {
        var texts = new string[Count(_from.Length - _at)];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = Text();
        }

        return texts;
    }

    public TopicId Topic() => Known(_topics, static from => new TopicId(new Guid(from.Take(TopicSize), bigEndian: true)));

    public TopicPartition Partition() => new(Topic(), new Partition(Int32()));

    public Position Position()
    {
        var partition = Partition();
        return new Position(partition.Topic, partition.Partition, new Offset(Number()), new Epoch(Int32()));
    }

    // A bare null would be taken for an array of no bytes.
    public ReadOnlyMemory<byte>? OptionalBytes() => Flag() ? Bytes().ToArray() : default(ReadOnlyMemory<byte>?);

    public bool Flag() => Int32() switch
    {
        0 => false,
        1 => true,
        _ => throw Damaged(),
    };

    private ReadOnlySpan<byte> Bytes() => Take(Count(_from.Length - _at));

    private int Count(int most) => Int32() is var count && count >= 0 && count <= most ? count : throw Damaged();

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > _from.Length - _at)
        {
            throw Damaged();
        }

        _at += size;
        return _from.AsSpan(_at - size, size);
    }

    private T Known<T>(List<T> known, Func<PackedReader, T> read)
    {
        var number = Int32();
        if (number == known.Count)
        {
            known.Add(read(this));
        }

        return number >= 0 && number < known.Count ? known[number] : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("Packed rows are damaged.");
}
