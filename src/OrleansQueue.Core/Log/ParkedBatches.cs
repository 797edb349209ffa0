using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Log;

/// <summary>A batch that came before its predecessor.</summary>
internal sealed record ParkedBatch(ReadOnlyMemory<byte> Frame, RecordBatchHeader Header)
{
    /// <summary>Set when its turn came: the append that was begun for it.</summary>
    public TaskCompletionSource<Task<ProduceResult>> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>
/// Batches that wait for their predecessors. Two calls of one client may overtake each other on their way, so a batch ahead
/// of its turn is held for a moment instead of refused.
/// </summary>
/// <param name="maxBytes">The most that the batches of all producers together may take.</param>
internal sealed class ParkedBatches(int maxBytes)
{
    /// <summary>With five in flight, four can be ahead of the one that is missing.</summary>
    public const int MostPerProducer = 4;

    private readonly Dictionary<ProducerId, List<ParkedBatch>> _parked = [];
    private long _bytes;

    /// <summary>Parks a batch; null where its producer, or all of them together, have as many parked as they may.</summary>
    public ParkedBatch? TryPark(ReadOnlyMemory<byte> frame, in RecordBatchHeader header)
    {
        var own = _parked.GetValueOrDefault(header.Producer.Id) ?? [];
        if (own.Count == MostPerProducer || _bytes + frame.Length > maxBytes)
        {
            return null;
        }

        var parked = new ParkedBatch(frame, header);
        own.Add(parked);
        _parked[header.Producer.Id] = own;
        _bytes += frame.Length;
        return parked;
    }

    /// <summary>Takes the parked batch that continues a producer at <paramref name="next"/>, or null.</summary>
    public ParkedBatch? Take(ProducerId producer, ProducerEpoch epoch, Sequence next)
    {
        var parked = _parked.GetValueOrDefault(producer)?.Find(batch => batch.Header.Producer.Epoch == epoch && batch.Header.Producer.First == next);
        return parked is not null && Remove(parked) ? parked : null;
    }

    /// <summary>Takes a batch out; false where its turn came before.</summary>
    public bool Remove(ParkedBatch batch)
    {
        var own = _parked.GetValueOrDefault(batch.Header.Producer.Id);
        if (own is null || !own.Remove(batch))
        {
            return false;
        }

        _bytes -= batch.Frame.Length;
        if (own.Count == 0)
        {
            _parked.Remove(batch.Header.Producer.Id);
        }

        return true;
    }
}
