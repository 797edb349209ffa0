using System.Buffers;
using System.Buffers.Binary;
using OrleansQueue.Journals;
using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Positions;

/// <summary>
/// How far the streams of a partition were delivered, as its journal keeps it; docs/formats/streams.md draws it. An entry is the frontier
/// (offset, 64 bit; epoch, 32 bit) and what changed of subscriptions that lag.
/// </summary>
internal sealed class PositionsState : IJournalState
{
    /// <summary>The frontier where nothing was read yet.</summary>
    public const long Nothing = -1;

    private const int FrontierSize = sizeof(long) + sizeof(int);
    private const int IdSize = 16;
    private const byte Lags = 1;
    private const byte Gone = 0;

    // A journal's entry holds as much with room to spare.
    private const int MostOfAnEntry = 512 << 10;

    private readonly Dictionary<SubscriptionKey, long> _lagging = [];

    /// <summary>Where reading goes on, or <see cref="Nothing"/>.</summary>
    public long Frontier { get; private set; } = Nothing;

    /// <summary>The epoch of the record before it.</summary>
    public Epoch Epoch { get; private set; } = Epoch.None;

    /// <summary>All of it.</summary>
    public KeptPositions ToKept() => new(Frontier, Epoch, [.. _lagging.Select(static lagging => new KeptPosition(lagging.Key, lagging.Value))]);

    /// <summary>The entries by which a change is kept. Only the last one moves the frontier, so it never is ahead of the rest.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> EntriesOf(long frontier, Epoch epoch, PositionChanges changes)
    {
        var entry = new ArrayBufferWriter<byte>();
        Begin(entry, Frontier, Epoch);
        foreach (var item in changes.Lagging.Select(static position => (position.Key, Next: (long?)position.Next)).Concat(changes.Gone.Select(static key => (Key: key, Next: (long?)null))))
        {
            if (entry.WrittenCount > MostOfAnEntry)
            {
                yield return entry.WrittenMemory;
                entry = new ArrayBufferWriter<byte>();
                Begin(entry, Frontier, Epoch);
            }

            Write(entry, item.Key, item.Next);
        }

        var last = entry.WrittenMemory.ToArray();
        WriteFrontier(last, frontier, epoch);
        yield return last;
    }

    public void Apply(ReadOnlySpan<byte> entry)
    {
        Frontier = BinaryPrimitives.ReadInt64BigEndian(entry);
        Epoch = new Epoch(BinaryPrimitives.ReadInt32BigEndian(entry[sizeof(long)..]));
        for (var rest = entry[FrontierSize..]; !rest.IsEmpty;)
        {
            var kind = rest[0];
            var id = new Guid(rest.Slice(1, IdSize), bigEndian: true);
            var names = rest[(1 + IdSize)..];
            var space = Take(ref names);
            var key = new SubscriptionKey(id, StreamId.Create(space, Take(ref names)));
            switch (kind)
            {
                case Lags:
                    _lagging[key] = BinaryPrimitives.ReadInt64BigEndian(names);
                    rest = names[sizeof(long)..];
                    break;
                case Gone:
                    _lagging.Remove(key);
                    rest = names;
                    break;
                default:
                    throw new InvalidDataException($"A position of a stream is of kind {kind}, which this version does not know.");
            }
        }
    }

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        var whole = new PositionChanges([.. ToKept().Lagging], []);
        foreach (var entry in EntriesOf(Frontier, Epoch, whole))
        {
            SnapshotEntries.Write(to, entry.Span);
        }
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        _lagging.Clear();
        (Frontier, Epoch) = (Nothing, Epoch.None);
        SnapshotEntries.Apply(this, snapshot);
    }

    private static void Begin(ArrayBufferWriter<byte> entry, long frontier, Epoch epoch)
    {
        WriteFrontier(entry.GetSpan(FrontierSize), frontier, epoch);
        entry.Advance(FrontierSize);
    }

    private static void WriteFrontier(Span<byte> to, long frontier, Epoch epoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(to, frontier);
        BinaryPrimitives.WriteInt32BigEndian(to[sizeof(long)..], epoch.Value);
    }

    private static void Write(ArrayBufferWriter<byte> entry, SubscriptionKey key, long? next)
    {
        var front = entry.GetSpan(1 + IdSize);
        front[0] = next is null ? Gone : Lags;
        key.Id.TryWriteBytes(front[1..], bigEndian: true, out _);
        entry.Advance(1 + IdSize);
        Put(entry, key.Stream.Namespace.Span);
        Put(entry, key.Stream.Key.Span);
        if (next is { } offset)
        {
            BinaryPrimitives.WriteInt64BigEndian(entry.GetSpan(sizeof(long)), offset);
            entry.Advance(sizeof(long));
        }
    }

    private static void Put(ArrayBufferWriter<byte> entry, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(entry.GetSpan(sizeof(int)), bytes.Length);
        entry.Advance(sizeof(int));
        entry.Write(bytes);
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest)
    {
        var taken = rest.Slice(sizeof(int), BinaryPrimitives.ReadInt32BigEndian(rest));
        rest = rest[(sizeof(int) + taken.Length)..];
        return taken;
    }
}
