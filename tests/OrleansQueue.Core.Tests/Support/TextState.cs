using System.Buffers;
using System.Text;
using OrleansQueue.Journals;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>A state for journals that is the list of its entries.</summary>
internal sealed class TextState : IJournalState
{
    public List<string> Entries { get; } = [];

    /// <summary>How often a snapshot was written or read.</summary>
    public (int Written, int Read) Snapshots { get; private set; }

    public void Apply(ReadOnlySpan<byte> entry) => Entries.Add(Encoding.UTF8.GetString(entry));

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        Snapshots = (Snapshots.Written + 1, Snapshots.Read);
        to.Write(Encoding.UTF8.GetBytes(string.Join('\n', Entries)));
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        Snapshots = (Snapshots.Written, Snapshots.Read + 1);
        Entries.Clear();
        if (!snapshot.IsEmpty)
        {
            Entries.AddRange(Encoding.UTF8.GetString(snapshot).Split('\n'));
        }
    }
}
