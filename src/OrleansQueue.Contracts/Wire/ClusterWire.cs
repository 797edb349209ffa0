using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire;

/// <summary>A silo of the cluster. Levels are 0 while it has not told them.</summary>
[GenerateSerializer, Immutable, Alias("oq.silo")]
internal sealed record SiloRow(
    [property: Id(0)] string Name,
    [property: Id(1)] string Address,
    [property: Id(2)] string? Version,
    [property: Id(3)] int Oldest,
    [property: Id(4)] int Newest)
{
    public static SiloRow Of(SiloDescription silo) => new(silo.Name, silo.Address, silo.Version, silo.Oldest?.Value ?? 0, silo.Newest?.Value ?? 0);

    public SiloDescription ToDescription() => new(Name, Address, Version, LevelOf(Oldest), LevelOf(Newest));

    private static FormatLevel? LevelOf(int level) => level == 0 ? null : new FormatLevel(level);
}

/// <summary>What the cluster is.</summary>
[GenerateSerializer, Immutable, Alias("oq.cluster")]
internal sealed record ClusterAnswer(
    [property: Id(0)] StoreId Store, [property: Id(1)] string StoreName, [property: Id(2)] int Level, [property: Id(3)] SiloRow[] Silos)
{
    public static ClusterAnswer Of(ClusterDescription cluster) =>
        new(cluster.Store, cluster.StoreName, cluster.Level.Value, [.. cluster.Silos.Select(SiloRow.Of)]);

    public ClusterDescription ToDescription() => new(Store, StoreName, new FormatLevel(Level), [.. Silos.Select(static silo => silo.ToDescription())]);
}

/// <summary>What became of raising the level of formats.</summary>
internal enum RaiseFormatKind
{
    Raised = 0,
    Newest = 1,
    HeldBack = 2,
}

/// <summary>The answer to raising the level of formats.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="From">The level before.</param>
/// <param name="To">The level now.</param>
/// <param name="By">The silos that keep it from being raised.</param>
[GenerateSerializer, Immutable, Alias("oq.raise-format-answer")]
internal sealed record RaiseFormatAnswer(
    [property: Id(0)] RaiseFormatKind Kind, [property: Id(1)] int From, [property: Id(2)] int To, [property: Id(3)] SiloRow[] By)
{
    public static RaiseFormatAnswer Of(RaiseFormatResult result) => result switch
    {
        RaiseFormatResult.Raised raised => new(RaiseFormatKind.Raised, raised.From.Value, raised.To.Value, []),
        RaiseFormatResult.Newest newest => new(RaiseFormatKind.Newest, newest.Level.Value, newest.Level.Value, []),
        RaiseFormatResult.HeldBack held => new(RaiseFormatKind.HeldBack, held.Level.Value, held.Level.Value, [.. held.By.Select(SiloRow.Of)]),
        _ => throw new ArgumentException($"No answer is known for {result}.", nameof(result)),
    };

    public RaiseFormatResult ToResult() => Kind switch
    {
        RaiseFormatKind.Raised => new RaiseFormatResult.Raised(new(From), new(To)),
        RaiseFormatKind.Newest => new RaiseFormatResult.Newest(new(To)),
        RaiseFormatKind.HeldBack => new RaiseFormatResult.HeldBack(new(To), [.. By.Select(static silo => silo.ToDescription())]),
        _ => throw new InvalidDataException($"Raising the level of formats was answered with {Kind}."),
    };
}
