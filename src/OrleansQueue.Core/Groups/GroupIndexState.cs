using System.Buffers;
using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Journals;

namespace OrleansQueue.Groups;

/// <summary>
/// Which groups there are, for one shard. An entry is one byte, the group's kind or 255 where the group is no more, and the
/// group's name in UTF-8; a snapshot is a row of those, each behind its length (32 bit, big-endian).
/// </summary>
internal sealed class GroupIndexState : IJournalState
{
    private const byte Removed = byte.MaxValue;
    private const int KindSize = 1;

    private readonly SortedDictionary<string, GroupKind> _groups = new(StringComparer.Ordinal);

    public GroupKind? Find(string name) => _groups.TryGetValue(name, out var kind) ? kind : null;

    /// <summary>Groups behind a name, in the order of their names.</summary>
    public IEnumerable<GroupSummary> From(string? after) => _groups
        .SkipWhile(group => after is not null && string.CompareOrdinal(group.Key, after) <= 0)
        .Select(group => new GroupSummary(group.Key, group.Value));

    /// <summary>The entry that says of what kind a group is, or with null that it is no more.</summary>
    public static byte[] EntryOf(string name, GroupKind? kind)
    {
        var entry = new byte[KindSize + Encoding.UTF8.GetByteCount(name)];
        entry[0] = kind is { } present ? checked((byte)present) : Removed;
        Encoding.UTF8.GetBytes(name, entry.AsSpan(KindSize));
        return entry;
    }

    public void Apply(ReadOnlySpan<byte> entry)
    {
        var name = Encoding.UTF8.GetString(entry[KindSize..]);
        if (entry[0] == Removed)
        {
            _groups.Remove(name);
        }
        else
        {
            _groups[name] = (GroupKind)entry[0];
        }
    }

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        foreach (var (name, kind) in _groups)
        {
            var entry = EntryOf(name, kind);
            SnapshotEntries.Write(to, entry);
        }
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        _groups.Clear();
        SnapshotEntries.Apply(this, snapshot);
    }
}
