using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Journals;

namespace OrleansQueue.Duties;

/// <summary>
/// Who must act when, for one shard. An entry is the due time in milliseconds since 1970 (64 bit, big-endian; the least
/// value takes the duty away) and the holder's name in UTF-8; a snapshot is a row of those, each behind its length (32 bit).
/// </summary>
internal sealed class DutyIndexState : IJournalState
{
    private const int DueSize = sizeof(long);

    private readonly Dictionary<string, Timestamp> _dueOf = new(StringComparer.Ordinal);
    private readonly SortedSet<(Timestamp Due, string Holder)> _byDue = new(Comparer<(Timestamp Due, string Holder)>.Create(Compare));

    /// <summary>Everybody who must act, the earliest first.</summary>
    public IEnumerable<(Timestamp Due, string Holder)> All => _byDue;

    /// <summary>When a holder must act, or null.</summary>
    public Timestamp? DueOf(string holder) => _dueOf.TryGetValue(holder, out var due) ? due : null;

    /// <summary>Whose time has come, the longest ago first.</summary>
    public IEnumerable<(Timestamp Due, string Holder)> DueAt(Timestamp now) => _byDue.TakeWhile(duty => duty.Due <= now);

    public static byte[] EntryOf(string holder, Timestamp? due)
    {
        var entry = new byte[DueSize + Encoding.UTF8.GetByteCount(holder)];
        BinaryPrimitives.WriteInt64BigEndian(entry, due?.UnixMilliseconds ?? long.MinValue);
        Encoding.UTF8.GetBytes(holder, entry.AsSpan(DueSize));
        return entry;
    }

    public void Apply(ReadOnlySpan<byte> entry)
    {
        var due = BinaryPrimitives.ReadInt64BigEndian(entry);
        var holder = Encoding.UTF8.GetString(entry[DueSize..]);
        if (_dueOf.Remove(holder, out var before))
        {
            _byDue.Remove((before, holder));
        }

        if (due != long.MinValue)
        {
            _dueOf.Add(holder, new Timestamp(due));
            _byDue.Add((new Timestamp(due), holder));
        }
    }

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        foreach (var (due, holder) in _byDue)
        {
            var entry = EntryOf(holder, due);
            SnapshotEntries.Write(to, entry);
        }
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        _dueOf.Clear();
        _byDue.Clear();
        SnapshotEntries.Apply(this, snapshot);
    }

    // By the bytes of the names: two names that a language takes for equal are two holders.
    private static int Compare((Timestamp Due, string Holder) left, (Timestamp Due, string Holder) right) =>
        left.Due == right.Due ? string.CompareOrdinal(left.Holder, right.Holder) : left.Due.CompareTo(right.Due);
}
