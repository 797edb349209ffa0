using System.Buffers;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Contracts.Wire.Groups;

// Lists of a group may have a row for each of 10,000 partitions. Field by field such a row takes some 60 bytes and ten objects;
// here it takes about 10 bytes: numbers as record batches write them, and each text and each topic once, then by its number.

/// <summary>Writes rows.</summary>
internal sealed class PackedWriter
{
    private readonly ArrayBufferWriter<byte> _to = new();
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<TopicId, int> _topics = [];

    /// <summary>Writes a list: how many rows, then the rows.</summary>
    public static byte[] Pack<T>(IReadOnlyCollection<T> rows, Action<PackedWriter, T> write)
    {
        var to = new PackedWriter();
        to.Number(rows.Count);
        foreach (var row in rows)
        {
            write(to, row);
        }

        return to._to.WrittenSpan.ToArray();
    }

    public void Number(long value) => _to.Advance(VarInt.Write(_to.GetSpan(VarInt.MaxBytes64), value));

    public void Text(string text)
    {
        if (!TryWriteKnown(_texts, text))
        {
            Bytes(Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>A text, or null.</summary>
    public void OptionalText(string? text)
    {
        Number(text is null ? 0 : 1);
        if (text is not null)
        {
            Text(text);
        }
    }

    public void Topic(TopicId topic)
    {
        if (!TryWriteKnown(_topics, topic))
        {
            topic.Value.TryWriteBytes(_to.GetSpan(PackedReader.TopicSize), bigEndian: true, out var written);
            _to.Advance(written);
        }
    }

    public void Partition(TopicPartition partition)
    {
        Topic(partition.Topic);
        Number(partition.Partition.Number);
    }

    public void Position(Position position)
    {
        Partition(position.TopicPartition);
        Number(position.Offset.Value);
        Number(position.Epoch.Value);
    }

    /// <summary>Some bytes, or null, behind their length.</summary>
    public void OptionalBytes(ReadOnlyMemory<byte>? bytes)
    {
        Number(bytes is null ? 0 : 1);
        if (bytes is { } some)
        {
            Bytes(some.Span);
        }
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        _to.Write(bytes);
    }

    /// <summary>Writes the number of a value; a value that comes for the first time gets the next number, and must itself follow.</summary>
    private bool TryWriteKnown<T>(Dictionary<T, int> known, T value)
        where T : notnull
    {
        var isKnown = known.TryGetValue(value, out var number);
        if (!isKnown)
        {
            number = known.Count;
            known.Add(value, number);
        }

        Number(number);
        return isKnown;
    }
}
