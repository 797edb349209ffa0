namespace OrleansQueue.History.Anomalies;

/// <summary>Gathers anomalies. A lost partition is millions of them, so only the first of each kind are put into words.</summary>
internal sealed class AnomalyList
{
    public const int KeptOfAKind = 1000;

    private readonly SortedDictionary<AnomalyKind, long> _found = [];
    private readonly List<Anomaly> _kept = [];

    public IReadOnlyDictionary<AnomalyKind, long> Found => _found;

    public IReadOnlyList<Anomaly> Kept => [.. _kept.OrderBy(anomaly => anomaly.Kind)];

    // A search calls this from a method of its own, or what the text captures would cost an object for each message that is right.
    public void Add(AnomalyKind kind, PartitionKey partition, Func<string> text)
    {
        long before = _found.GetValueOrDefault(kind);
        _found[kind] = before + 1;
        if (before < KeptOfAKind)
        {
            _kept.Add(new Anomaly(kind, partition, text()));
        }
    }
}
