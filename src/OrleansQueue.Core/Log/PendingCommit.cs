using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Log;

/// <summary>Batches that have their offsets and are written together.</summary>
internal sealed class PendingCommit
{
    private readonly TaskCompletionSource<ProduceResult?> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PendingCommit(Offset firstOffset) => FirstOffset = NextOffset = firstOffset;

    /// <summary>The bytes in order: of each batch its stamped header and its records as they came.</summary>
    public List<ReadOnlyMemory<byte>> Parts { get; } = [];

    public Offset FirstOffset { get; }

    public Offset NextOffset { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Null when the batches are kept, else why they are not.</summary>
    public Task<ProduceResult?> Done => _done.Task;

    /// <summary>Whether who waits was told that it is not kept.</summary>
    public bool HasFailed { get; private set; }

    public void Add(ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> records, Offset nextOffset)
    {
        Parts.Add(header);
        Parts.Add(records);
        Bytes += header.Length + records.Length;
        NextOffset = nextOffset;
    }

    /// <summary>The header of each batch, with where it begins when the commit is written at <paramref name="position"/>.</summary>
    public IEnumerable<(RecordBatchHeader Header, long Position, ReadOnlyMemory<byte> HeaderBytes, ReadOnlyMemory<byte> Records)> Batches(long position)
    {
        for (var i = 0; i < Parts.Count; i += 2)
        {
            yield return (RecordBatchHeader.Read(Parts[i].Span), position, Parts[i], Parts[i + 1]);
            position += Parts[i].Length + Parts[i + 1].Length;
        }
    }

    public void Complete() => _done.SetResult(null);

    public void Fail(ProduceResult reason)
    {
        HasFailed = true;
        _done.TrySetResult(reason);
    }

    public void Fail(Exception error)
    {
        HasFailed = true;
        _done.TrySetException(error);
    }
}
