namespace OrleansQueue.Simulation.Clients;

/// <summary>How much was done in a run, so that one in which nothing happened is not taken for a good one.</summary>
internal sealed class Counts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> All => _counts;

    public void Add(string what, long count = 1) => _counts[what] = _counts.GetValueOrDefault(what) + count;

    public void Add(Counts others)
    {
        foreach (var (what, count) in others._counts)
        {
            Add(what, count);
        }
    }
}
