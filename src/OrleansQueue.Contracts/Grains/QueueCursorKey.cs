using System.Buffers.Text;
using System.Globalization;
using OrleansQueue.Groups;

namespace OrleansQueue.Contracts.Grains;

/// <summary>
/// Which cursor a <see cref="IQueueCursorGrain"/> is. As text it is <c>topic+partition/group</c>: up to its first slash the key of the
/// partition's own grain, so that whoever places grains by that much puts both into one silo. One cursor has one text only.
/// </summary>
/// <param name="Group">The group's name.</param>
/// <param name="Partition">The partition.</param>
internal readonly record struct QueueCursorKey(string Group, TopicPartition Partition)
{
    private const int TopicLength = 32;
    private const char BeforePartition = '+';
    private const char BeforeGroup = '/';

    /// <summary>What of the key of a partition's grain, or of a grain that belongs to the partition, names the partition.</summary>
    public static ReadOnlySpan<byte> PartitionOf(ReadOnlySpan<byte> grainKey) => grainKey.IndexOf((byte)BeforeGroup) is var end and >= 0 ? grainKey[..end] : grainKey;

    /// <summary>The partition whose grain has that key, or that a grain with that key belongs to; false where there is none.</summary>
    public static bool TryParsePartition(ReadOnlySpan<byte> grainKey, out TopicPartition partition)
    {
        var key = PartitionOf(grainKey);
        partition = default;
        if (key.Length <= TopicLength + 1 || key[TopicLength] != BeforePartition
            || !Utf8Parser.TryParse(key[..TopicLength], out Guid topic, out var read, 'N') || read != TopicLength
            || !int.TryParse(key[(TopicLength + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        partition = new TopicPartition(new TopicId(topic), new Partition(number));
        return true;
    }

    /// <summary>Whether there may be such a cursor: what a group may be called and how partitions are numbered.</summary>
    public bool IsGood => GroupName.Check(Group) is null && Partition.Partition.Number >= 0;

    /// <summary>The grain that has this key.</summary>
    public IQueueCursorGrain GrainOf(IGrainFactory grains) => grains.GetGrain<IQueueCursorGrain>(ToString());

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">No cursor has that key.</exception>
    public static QueueCursorKey Parse(string key) => TryParse(key, out var parsed)
        ? parsed
        : throw new FormatException(Refusal.OfText("key of a queue cursor", key, "topic+partition/group, in the one form that QueueCursorKey writes").ToString());

    /// <summary>Reads a key; false where no cursor has it.</summary>
    public static bool TryParse(string? key, out QueueCursorKey parsed)
    {
        parsed = default;
        var end = key?.IndexOf(BeforeGroup, StringComparison.Ordinal) ?? -1;
        if (end <= TopicLength
            || !Guid.TryParseExact(key.AsSpan(0, TopicLength), "N", out var topic)
            || !int.TryParse(key.AsSpan(TopicLength + 1, end - TopicLength - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition))
        {
            return false;
        }

        var read = new QueueCursorKey(key![(end + 1)..], new TopicPartition(new TopicId(topic), new Partition(partition)));

        // Capitals, zeros in front or another sign in the middle would be another key of the same cursor, and that a second owner.
        if (!read.IsGood || read.ToString() != key)
        {
            return false;
        }

        parsed = read;
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Partition.Topic}{BeforePartition}{Partition.Partition}{BeforeGroup}{Group}";
}
