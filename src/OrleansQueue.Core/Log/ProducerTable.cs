namespace OrleansQueue.Log;

/// <summary>What the log makes of a batch's producer and sequence.</summary>
internal enum SequenceVerdict
{
    /// <summary>The batch is next.</summary>
    InOrder,

    /// <summary>The batch is stored already.</summary>
    Duplicate,

    /// <summary>Batches before it are missing.</summary>
    Ahead,

    /// <summary>The producer or its epoch is not known here, and the batch is not its first.</summary>
    Unknown,

    /// <summary>A later epoch of the producer has been seen.</summary>
    Fenced,
}

/// <summary>The verdict with what goes with it.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Stored">For a duplicate, where the batch is stored, if that is still remembered.</param>
/// <param name="Expected">For a batch that is ahead, the sequence that is next.</param>
/// <param name="Current">For a fenced producer, its present epoch.</param>
internal readonly record struct SequenceCheck(
    SequenceVerdict Verdict, Offset? Stored = null, Sequence Expected = default, ProducerEpoch Current = default);

/// <summary>
/// The idempotent producers of a partition: for each its epoch and its last five batches, so that a repetition is told from
/// news. Made only for logs that have such producers.
/// </summary>
internal sealed class ProducerTable
{
    /// <summary>A client has at most five batches in flight, so no repetition lies further back.</summary>
    public const int BatchesKept = 5;

    private readonly Dictionary<ProducerId, ProducerState> _producers = [];

    public int Count => _producers.Count;

    public IEnumerable<ProducerState> States => _producers.Values;

    /// <summary>Judges a batch, without taking it in.</summary>
    public SequenceCheck Check(ProducerStamp stamp, int records)
    {
        if (!_producers.TryGetValue(stamp.Id, out var state) || stamp.Epoch.Value > state.Epoch.Value)
        {
            return new(stamp.First == Sequence.Zero ? SequenceVerdict.InOrder : SequenceVerdict.Unknown);
        }

        if (stamp.Epoch.Value < state.Epoch.Value)
        {
            return new(SequenceVerdict.Fenced, Current: state.Epoch);
        }

        var ahead = stamp.First.DistanceFrom(state.Next);
        if (ahead == 0)
        {
            return new(SequenceVerdict.InOrder);
        }

        if (ahead > 0)
        {
            return new(SequenceVerdict.Ahead, Expected: state.Next);
        }

        return state.Find(stamp.First, records, out var stored)
            ? new(SequenceVerdict.Duplicate, stored)
            : new(SequenceVerdict.Ahead, Expected: state.Next);
    }

    /// <summary>Takes a batch in, as the newest of its producer.</summary>
    public void Add(ProducerStamp stamp, int records, Offset baseOffset, Timestamp time)
    {
        if (!_producers.TryGetValue(stamp.Id, out var state) || stamp.Epoch.Value > state.Epoch.Value)
        {
            _producers[stamp.Id] = state = new ProducerState(stamp.Id, stamp.Epoch);
        }

        state.Add(new ProducedBatch(stamp.First, records, baseOffset), time);
    }

    /// <summary>Takes in what was known before, where later batches are known already.</summary>
    public void AddOlder(ProducerTable older)
    {
        foreach (var state in older._producers.Values)
        {
            if (!_producers.TryGetValue(state.Id, out var newer))
            {
                _producers.Add(state.Id, state);
            }
            else if (newer.Epoch == state.Epoch)
            {
                newer.AddOlder(state);
            }
        }
    }

    /// <summary>Restores one producer.</summary>
    public void Restore(ProducerState state) => _producers[state.Id] = state;

    /// <summary>Forgets producers whose last batch is older than <paramref name="before"/>.</summary>
    public void Expire(Timestamp before)
    {
        foreach (var state in _producers.Values.Where(state => state.LastTime < before).ToList())
        {
            _producers.Remove(state.Id);
        }
    }
}
