using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Queues;

/// <summary>What an entry of a cursor's journal says. The numbers are stored, see docs/formats/queues.md.</summary>
internal enum QueueEntryKind : byte
{
    /// <summary>The cursor exists from now on.</summary>
    Created = 1,

    /// <summary>Messages were leased.</summary>
    Leased = 2,

    /// <summary>Messages are done.</summary>
    Completed = 3,

    /// <summary>Messages stand otherwise than before.</summary>
    Changed = 4,

    /// <summary>Leases hold longer.</summary>
    Renewed = 5,

    /// <summary>A message is to become a dead letter.</summary>
    Dying = 6,

    /// <summary>The first of the messages that are to become dead letters is one, or never will be.</summary>
    Dead = 7,

    /// <summary>Who appends dead letters, or what was redriven, from now on.</summary>
    Producer = 8,

    /// <summary>The group was moved.</summary>
    Sought = 9,

    /// <summary>Records are no more.</summary>
    Lost = 10,

    /// <summary>Dead letters are to be put back.</summary>
    Redriving = 11,

    /// <summary>The first of the dead letters that are to be put back was, or never will be.</summary>
    Redriven = 12,

    /// <summary>Dead letters were given up.</summary>
    Purged = 13,

    /// <summary>Of a snapshot: how far the cursor is, and the number of the next lease.</summary>
    Reached = 14,

    /// <summary>Of a snapshot: a lease and its owner.</summary>
    Owner = 15,

    /// <summary>Of a snapshot: dead letters that are open.</summary>
    Open = 16,

    /// <summary>A new owner goes by another clock.</summary>
    Clock = 17,

    /// <summary>Of a snapshot: dead letters that park their keys.</summary>
    Parked = 18,

    /// <summary>Messages were examined, and may be leased later.</summary>
    Examined = 19,
}

/// <summary>Writes one entry: numbers as variable-length integers, text as length and UTF-8.</summary>
internal sealed class QueueEntryWriter
{
    private const byte StateBits = 3;
    private const byte KeyFlag = 4;
    private const byte BlamedFlag = 8;
    private const byte LeaseFlag = 16;
    private const byte AtFlag = 32;
    private const byte TenantFlag = 64;

    private readonly ArrayBufferWriter<byte> _to = new(64);
    private long _place;

    public QueueEntryWriter(QueueEntryKind kind) => Byte((byte)kind);

    public ReadOnlySpan<byte> Entry => _to.WrittenSpan;

    public QueueEntryWriter Byte(byte value)
    {
        _to.GetSpan(1)[0] = value;
        _to.Advance(1);
        return this;
    }

    public QueueEntryWriter Number(long value)
    {
        _to.Advance(VarInt.Write(_to.GetSpan(VarInt.MaxBytes64), value));
        return this;
    }

    public QueueEntryWriter Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Number(bytes.Length);
        _to.Write(bytes);
        return this;
    }

    /// <summary>A range of places or offsets, counted from the end of the one before.</summary>
    public QueueEntryWriter Range(long first, long end)
    {
        Number(unchecked(first - _place));
        Number(end - first);
        _place = end;
        return this;
    }

    public QueueEntryWriter Row(in Unfinished row)
    {
        Byte((byte)((byte)row.State | (row.Key != 0 ? KeyFlag : 0) | (row.Blamed != 0 ? BlamedFlag : 0) | (row.Lease != 0 ? LeaseFlag : 0) | (row.At != 0 ? AtFlag : 0) | (row.Tenant != 0 ? TenantFlag : 0)));
        Range(row.First, row.End);
        if (row.Key != 0)
        {
            Key(row.Key);
        }

        NumberIfAny(row.Blamed);
        NumberIfAny(row.Lease);
        NumberIfAny(row.At);
        return row.Tenant != 0 ? Key(row.Tenant) : this;
    }

    public QueueEntryWriter Rows(IEnumerable<Unfinished> rows)
    {
        foreach (var row in rows)
        {
            Row(row);
        }

        return this;
    }

    /// <summary>What stands for a key, or for a tenant.</summary>
    public QueueEntryWriter Key(ulong key)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_to.GetSpan(sizeof(ulong)), key);
        _to.Advance(sizeof(ulong));
        return this;
    }

    private void NumberIfAny(long value)
    {
        if (value != 0)
        {
            Number(value);
        }
    }

    /// <summary>Reads what was written.</summary>
    public ref struct Reader(ReadOnlySpan<byte> entry)
    {
        private readonly ReadOnlySpan<byte> _entry = entry;
        private int _at;
        private long _place;

        public readonly bool IsAtEnd => _at == _entry.Length;

        public byte Byte() => _at < _entry.Length ? _entry[_at++] : throw TooShort();

        public long Number() => VarInt.TryRead(_entry, ref _at, out long value) ? value : throw TooShort();

        public string Text() => Encoding.UTF8.GetString(Bytes((int)Number()));

        public (long First, long End) Range()
        {
            var first = unchecked(_place + Number());
            _place = first + Number();
            return (first, _place);
        }

        public Unfinished Row()
        {
            var flags = Byte();
            var (first, end) = Range();
            return new Unfinished
            {
                First = first,
                End = end,
                State = (MessageState)(flags & StateBits),
                Key = (flags & KeyFlag) != 0 ? Key() : 0,
                Blamed = (flags & BlamedFlag) != 0 ? (int)Number() : 0,
                Lease = (flags & LeaseFlag) != 0 ? Number() : 0,
                At = (flags & AtFlag) != 0 ? Number() : 0,
                Tenant = (flags & TenantFlag) != 0 ? Key() : 0,
            };
        }

        public ulong Key() => BinaryPrimitives.ReadUInt64BigEndian(Bytes(sizeof(ulong)));

        private ReadOnlySpan<byte> Bytes(int length)
        {
            if ((uint)length > (uint)(_entry.Length - _at))
            {
                throw TooShort();
            }

            _at += length;
            return _entry.Slice(_at - length, length);
        }

        private static InvalidDataException TooShort() => new("An entry of a queue's journal ends too early.");
    }
}
