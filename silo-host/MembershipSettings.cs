namespace OrleansQueue.SiloHost;

/// <summary>How silos know each other, and how soon one that does not answer is taken for dead.</summary>
/// <param name="Database">The connection string of the database in which silos find each other; null where this silo is a cluster on this machine.</param>
/// <param name="ProbeTimeout">How long a silo may take to answer another.</param>
/// <param name="MissedProbes">After how many answers in a row that did not come a silo votes that another is dead.</param>
internal sealed record MembershipSettings(string? Database, TimeSpan ProbeTimeout, int MissedProbes)
{
    public const string ProbeTimeoutKey = "Silo:ProbeTimeout";
    public const string MissedProbesKey = "Silo:MissedProbes";
    public const string ConnectionStringKey = "Orleans:Clustering:ConnectionString";

    private const string ProviderKey = "Orleans:Clustering:ProviderType";
    private const string InvariantKey = "Orleans:Clustering:Invariant";
    private const string AdoNet = "AdoNet";
    private const string Npgsql = "Npgsql";

    /// <summary>The settings that say how silos find each other.</summary>
    public static string[] Keys => [ProviderKey, InvariantKey, ConnectionStringKey];

    /// <summary>Whether there may be other silos.</summary>
    public bool IsCluster => Database is not null;

    /// <exception cref="SettingException">A value cannot be used.</exception>
    public static MembershipSettings Read(IConfiguration configuration) => new(
        ReadDatabase(configuration),
        configuration.Duration(ProbeTimeoutKey, TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
        configuration.Number(MissedProbesKey, 3, 1, 100));

    // Orleans reads these keys itself; here they are only checked, so that one line says what is wrong.
    private static string? ReadDatabase(IConfiguration configuration)
    {
        if (configuration[ProviderKey] is not { } provider)
        {
            return configuration.GetSection("Orleans:Clustering").AsEnumerable().FirstOrDefault(static entry => entry.Value is not null) is { Key: { } stray }
                ? throw new SettingException(stray, "(not shown)", $"nothing without {ProviderKey}")
                : null;
        }

        if (provider != AdoNet)
        {
            throw new SettingException(ProviderKey, provider, $"{AdoNet}, or nothing, which makes the silo a cluster on this machine");
        }

        if (configuration.Text(InvariantKey, "(none)") is var invariant and not Npgsql)
        {
            throw new SettingException(InvariantKey, invariant, Npgsql);
        }

        return configuration.Secret(ConnectionStringKey, "the connection string of a PostgreSQL database that has Orleans' tables");
    }
}
