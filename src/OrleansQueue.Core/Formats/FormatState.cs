using System.Buffers;
using System.Buffers.Binary;
using OrleansQueue.Journals;

namespace OrleansQueue.Formats;

/// <summary>
/// The level of the formats that a cluster writes. An entry is a level that it came to, and so is a snapshot: 32 bit, big-endian. This form is that of level 1
/// for ever, so that every version can read what it may not join.
/// </summary>
/// <param name="createdAt">The level of a store whose level was never raised.</param>
internal sealed class FormatState(FormatLevel createdAt) : IJournalState
{
    /// <summary>The level.</summary>
    public FormatLevel Level { get; private set; } = createdAt;

    /// <summary>The entry by which it comes to a level.</summary>
    public static byte[] EntryOf(FormatLevel level)
    {
        var entry = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(entry, level.Value);
        return entry;
    }

    public void Apply(ReadOnlySpan<byte> entry) => Level = new FormatLevel(BinaryPrimitives.ReadInt32BigEndian(entry));

    public void WriteSnapshot(IBufferWriter<byte> to) => to.Write(EntryOf(Level));

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot) => Apply(snapshot);
}
