namespace OrleansQueue.Log;

/// <summary>A batch that a producer had stored.</summary>
/// <param name="First">The sequence of its first record.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="BaseOffset">Where it is stored.</param>
internal readonly record struct ProducedBatch(Sequence First, int Records, Offset BaseOffset);

/// <summary>One producer of a partition.</summary>
internal sealed class ProducerState(ProducerId id, ProducerEpoch epoch)
{
    private readonly List<ProducedBatch> _batches = new(ProducerTable.BatchesKept);

    public ProducerId Id => id;

    public ProducerEpoch Epoch => epoch;

    /// <summary>The last batches, oldest first.</summary>
    public IReadOnlyList<ProducedBatch> Batches => _batches;

    /// <summary>When the last batch was appended.</summary>
    public Timestamp LastTime { get; private set; }

    /// <summary>The sequence that is next.</summary>
    public Sequence Next => _batches[^1].First.Plus(_batches[^1].Records);

    public void Add(ProducedBatch batch, Timestamp time)
    {
        if (_batches.Count == ProducerTable.BatchesKept)
        {
            _batches.RemoveAt(0);
        }

        _batches.Add(batch);
        LastTime = time;
    }

    public ProducerState Copy()
    {
        var copy = new ProducerState(id, epoch) { LastTime = LastTime };
        copy._batches.AddRange(_batches);
        return copy;
    }

    public void AddOlder(ProducerState older)
    {
        var room = ProducerTable.BatchesKept - _batches.Count;
        _batches.InsertRange(0, older._batches.TakeLast(room));
    }

    /// <summary>
    /// Whether a batch that lies before <see cref="Next"/> is stored. One further back than the batches kept was stored too, only
    /// its offset is forgotten; one that fits no stored batch was never sent like this.
    /// </summary>
    public bool Find(Sequence first, int records, out Offset? stored)
    {
        stored = null;
        foreach (var batch in _batches)
        {
            if (batch.First == first && batch.Records == records)
            {
                stored = batch.BaseOffset;
                return true;
            }
        }

        return first.Plus(records).DistanceFrom(_batches[0].First) <= 0;
    }
}
