using System.Text;

namespace OrleansQueue.History;

/// <summary>What the checker makes of a history.</summary>
public sealed class HistoryReport
{
    /// <summary>Of each kind so many anomalies are printed; of the rest, the number.</summary>
    public const int PrintedOfAKind = 20;

    private readonly IReadOnlyDictionary<AnomalyKind, long> _found;

    internal HistoryReport(IReadOnlyList<Anomaly> anomalies, IReadOnlyDictionary<AnomalyKind, long> found, HistoryCounts counts)
    {
        Anomalies = anomalies;
        _found = found;
        Counts = counts;
    }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsSound => _found.Count == 0;

    /// <summary>What is wrong, by kind; of each kind the first 1,000. <see cref="CountOf"/> knows how many there are.</summary>
    public IReadOnlyList<Anomaly> Anomalies { get; }

    /// <summary>The kinds of which there is something.</summary>
    public IEnumerable<AnomalyKind> Kinds => _found.Keys.Order();

    /// <summary>What the history holds.</summary>
    public HistoryCounts Counts { get; }

    /// <summary>How many anomalies of a kind there are.</summary>
    public long CountOf(AnomalyKind kind) => _found.GetValueOrDefault(kind);

    /// <summary>The whole for people: the verdict, the counts, and some anomalies of each kind.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        Line(text, IsSound ? "The history is sound." : $"The history is not sound: {_found.Values.Sum()} anomalies.");
        Line(text, $"Sends: {Counts.Sends}; values: {Counts.Values}.");
        Line(text, $"Polls: {Counts.Polls}; records: {Counts.PolledRecords}, {Counts.DistinctRecords} different ones; drains: {Counts.Drains}.");
        Line(text, $"Commits: {Counts.Commits}. Transactions: {Counts.Transactions}.");
        foreach (GroupDeliveries group in Counts.Groups)
        {
            Line(text, $"Group {group}.");
        }

        foreach (AnomalyKind kind in Kinds)
        {
            Line(text, $"{kind}: {CountOf(kind)}");
            foreach (Anomaly anomaly in Anomalies.Where(anomaly => anomaly.Kind == kind).Take(PrintedOfAKind))
            {
                Line(text, $"  {anomaly.Partition}: {anomaly.Text}");
            }

            if (CountOf(kind) > PrintedOfAKind)
            {
                Line(text, $"  and {CountOf(kind) - PrintedOfAKind} more");
            }
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
