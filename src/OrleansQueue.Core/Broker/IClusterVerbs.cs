namespace OrleansQueue.Broker;

/// <summary>The cluster itself: its store, its silos, and the level of the formats that it writes.</summary>
public interface IClusterVerbs
{
    /// <summary>Tells what the cluster is.</summary>
    ValueTask<ClusterDescription> DescribeClusterAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Has the cluster write the newest formats that all its silos know. There is no way back: an earlier version can neither read what is written then nor join.
    /// </summary>
    ValueTask<RaiseFormatResult> RaiseFormatAsync(CancellationToken cancellationToken);
}

/// <summary>What a cluster is.</summary>
/// <param name="Store">The store of its logs.</param>
/// <param name="StoreName">What people know that by.</param>
/// <param name="Level">The level of the formats that it writes.</param>
/// <param name="Silos">Its silos, in the order of their names.</param>
public sealed record ClusterDescription(StoreId Store, string StoreName, FormatLevel Level, IReadOnlyList<SiloDescription> Silos)
{
    /// <inheritdoc/>
    public bool Equals(ClusterDescription? other) =>
        other is not null && Store == other.Store && StoreName == other.StoreName && Level == other.Level && Silos.SequenceEqual(other.Silos);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Store, StoreName, Level, Silos.Count);
}

/// <summary>A silo of a cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Address">Where it is, and since when.</param>
/// <param name="Version">The version of OrleansQueue that it runs; null while it has not told.</param>
/// <param name="Oldest">The lowest level of the formats that it reads; null while it has not told.</param>
/// <param name="Newest">The highest level that it reads and can write; null while it has not told.</param>
public sealed record SiloDescription(string Name, string Address, string? Version, FormatLevel? Oldest, FormatLevel? Newest);

/// <summary>What became of raising the level of the formats.</summary>
public abstract record RaiseFormatResult
{
    private RaiseFormatResult()
    {
    }

    /// <summary>The cluster writes a higher level now. Its silos begin to within <see cref="Formats.FormatKeeper.AnnounceEvery"/>.</summary>
    /// <param name="From">The level before.</param>
    /// <param name="To">The level now.</param>
    public sealed record Raised(FormatLevel From, FormatLevel To) : RaiseFormatResult;

    /// <summary>No silo knows a higher level than the one that is written.</summary>
    /// <param name="Level">That level.</param>
    public sealed record Newest(FormatLevel Level) : RaiseFormatResult;

    /// <summary>Silos keep the level from being raised: they know no higher one, or have not told yet what they know.</summary>
    /// <param name="Level">The level, which stays.</param>
    /// <param name="By">Those silos.</param>
    public sealed record HeldBack(FormatLevel Level, IReadOnlyList<SiloDescription> By) : RaiseFormatResult
    {
        /// <inheritdoc/>
        public bool Equals(HeldBack? other) => other is not null && Level == other.Level && By.SequenceEqual(other.By);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Level, By.Count);
    }
}
