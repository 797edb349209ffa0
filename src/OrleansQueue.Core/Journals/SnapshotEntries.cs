using System.Buffers;
using System.Buffers.Binary;

namespace OrleansQueue.Journals;

/// <summary>A snapshot that is a row of entries, each behind its length (32 bit, big-endian): of a state that its entries alone can make anew.</summary>
internal static class SnapshotEntries
{
    /// <summary>Writes one entry.</summary>
    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> entry)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(sizeof(int)), entry.Length);
        to.Advance(sizeof(int));
        to.Write(entry);
    }

    /// <summary>Has a state that is empty take every entry in.</summary>
    public static void Apply(IJournalState state, ReadOnlySpan<byte> snapshot)
    {
        while (!snapshot.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(snapshot);
            state.Apply(snapshot.Slice(sizeof(int), length));
            snapshot = snapshot[(sizeof(int) + length)..];
        }
    }
}
