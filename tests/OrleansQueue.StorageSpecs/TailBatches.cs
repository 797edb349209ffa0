using OrleansQueue.Batches;
using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>Collects what recovery shows of the last segment.</summary>
internal sealed class TailBatches : ITailObserver
{
    private readonly List<byte[]> _batches = [];

    /// <summary>Where each batch begins.</summary>
    public List<long> Positions { get; } = [];

    /// <summary>The offset behind the last batch, or null where there was none.</summary>
    public Offset? Next { get; private set; }

    public List<string> Values => [.. BatchMaker.Read([.. _batches]).Select(record => record.Value)];

    public void OnBatch(in RecordBatchHeader header, long position, ReadOnlySpan<byte> batch)
    {
        Positions.Add(position);
        _batches.Add(batch.ToArray());
        Next = header.NextOffset;
    }
}
