using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Journals;

namespace OrleansQueue.Placement;

/// <summary>
/// Which silo each partition falls to. An entry is a silo's name (its length in bytes, 16 bit, then UTF-8; empty where the partitions fall to
/// none any more) and the partitions, 20 bytes each: the topic's id and the number (32 bit). A snapshot is a row of entries, each behind its
/// length (32 bit). Integers are big-endian.
/// </summary>
internal sealed class PlacementState : IJournalState
{
    // A journal's entry holds them with room to spare.
    private const int MostOfAnEntry = 20_000;
    private const int TopicSize = 16;
    private const int KeySize = TopicSize + sizeof(int);

    private readonly Dictionary<TopicPartition, string> _silos = [];
    private readonly Dictionary<string, HashSet<TopicPartition>> _partitions = new(StringComparer.Ordinal);

    /// <summary>How many partitions fall to some silo.</summary>
    public int Count => _silos.Count;

    /// <summary>The silos that partitions fall to.</summary>
    public IEnumerable<string> Silos => _partitions.Keys;

    /// <summary>The silo that a partition falls to, or null.</summary>
    public string? Find(TopicPartition partition) => _silos.GetValueOrDefault(partition);

    /// <summary>What falls to a silo.</summary>
    public IReadOnlyCollection<TopicPartition> Of(string silo) => _partitions.TryGetValue(silo, out var partitions) ? partitions : [];

    /// <summary>The partitions of a topic.</summary>
    public IEnumerable<TopicPartition> Of(TopicId topic) => _silos.Keys.Where(partition => partition.Topic == topic);

    /// <summary>Entries by which partitions fall to a silo, or to none where it is empty.</summary>
    public static IEnumerable<byte[]> EntriesOf(string silo, IEnumerable<TopicPartition> partitions) => partitions.Chunk(MostOfAnEntry).Select(some => EntryOf(silo, some));

    /// <summary>
    /// Partitions in an order that is the same in every process and has nothing to do with their topics: of those that move some belong
    /// to each topic, and no topic comes to lie on one silo alone.
    /// </summary>
    public static IEnumerable<TopicPartition> Shuffled(IEnumerable<TopicPartition> partitions) =>
        partitions.OrderBy(static partition => HashOf(partition)).ThenBy(static partition => partition.Topic.Value).ThenBy(static partition => partition.Partition.Number);

    public void Apply(ReadOnlySpan<byte> entry)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(entry);
        var silo = Encoding.UTF8.GetString(entry.Slice(sizeof(ushort), length));
        for (var rest = entry[(sizeof(ushort) + length)..]; !rest.IsEmpty; rest = rest[KeySize..])
        {
            Put(new TopicPartition(new TopicId(new Guid(rest[..TopicSize], bigEndian: true)), new Partition(BinaryPrimitives.ReadInt32BigEndian(rest[TopicSize..]))), silo);
        }
    }

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        foreach (var (silo, partitions) in _partitions.OrderBy(silo => silo.Key, StringComparer.Ordinal))
        {
            foreach (var entry in EntriesOf(silo, Shuffled(partitions)))
            {
                SnapshotEntries.Write(to, entry);
            }
        }
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        _silos.Clear();
        _partitions.Clear();
        SnapshotEntries.Apply(this, snapshot);
    }

    private static byte[] EntryOf(string silo, TopicPartition[] partitions)
    {
        var name = Encoding.UTF8.GetBytes(silo);
        var entry = new byte[sizeof(ushort) + name.Length + (partitions.Length * KeySize)];
        BinaryPrimitives.WriteUInt16BigEndian(entry, (ushort)name.Length);
        name.CopyTo(entry, sizeof(ushort));
        var rest = entry.AsSpan(sizeof(ushort) + name.Length);
        foreach (var partition in partitions)
        {
            Write(partition, rest);
            rest = rest[KeySize..];
        }

        return entry;
    }

    private static void Write(TopicPartition partition, Span<byte> to)
    {
        partition.Topic.Value.TryWriteBytes(to, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(to[TopicSize..], partition.Partition.Number);
    }

    private static uint HashOf(TopicPartition partition)
    {
        Span<byte> key = stackalloc byte[KeySize];
        Write(partition, key);
        return Crc32C.Compute(key);
    }

    private void Put(TopicPartition partition, string silo)
    {
        if (_silos.Remove(partition, out var before))
        {
            var others = _partitions[before];
            others.Remove(partition);
            if (others.Count == 0)
            {
                _partitions.Remove(before);
            }
        }

        if (silo.Length == 0)
        {
            return;
        }

        _silos.Add(partition, silo);
        if (!_partitions.TryGetValue(silo, out var partitions))
        {
            _partitions.Add(silo, partitions = []);
        }

        partitions.Add(partition);
    }
}
