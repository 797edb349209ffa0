namespace OrleansQueue.Placement;

/// <summary>How many partitions each silo has, while some are given out.</summary>
internal sealed class SiloLoads
{
    private readonly Dictionary<string, int> _loads;
    private readonly SortedSet<(int Load, string Silo)> _byLoad;

    public SiloLoads(IReadOnlyCollection<string> silos, PlacementState state)
    {
        _loads = silos.ToDictionary(static silo => silo, silo => state.Of(silo).Count, StringComparer.Ordinal);
        _byLoad = new SortedSet<(int Load, string Silo)>(Comparer<(int Load, string Silo)>.Create(Compare));
        foreach (var (silo, load) in _loads)
        {
            _byLoad.Add((load, silo));
        }
    }

    /// <summary>The most that a silo may have of so many partitions: a tenth over the mean, or one where the mean is less.</summary>
    public static int MostOf(int partitions, int silos) => Math.Max((partitions + silos - 1) / silos, (int)(partitions * 11L / (silos * 10L)));

    public bool Has(string silo) => _loads.ContainsKey(silo);

    public int Of(string silo) => _loads[silo];

    /// <summary>The silo that has the fewest, which has one more now.</summary>
    public string TakeLeast()
    {
        var least = _byLoad.Min.Silo;
        Add(least, 1);
        return least;
    }

    /// <summary>As <see cref="TakeLeast"/>, for a partition that a silo has one less of.</summary>
    public string MoveFrom(string silo)
    {
        Add(silo, -1);
        return TakeLeast();
    }

    private static int Compare((int Load, string Silo) left, (int Load, string Silo) right) =>
        left.Load == right.Load ? string.CompareOrdinal(left.Silo, right.Silo) : left.Load.CompareTo(right.Load);

    private void Add(string silo, int more)
    {
        var load = _loads[silo];
        _byLoad.Remove((load, silo));
        _byLoad.Add((load + more, silo));
        _loads[silo] = load + more;
    }
}
