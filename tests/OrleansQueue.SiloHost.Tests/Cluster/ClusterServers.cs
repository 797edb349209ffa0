using OrleansQueue.Azurite;
using OrleansQueue.Postgres;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>What silos of a cluster share: Azure Storage for logs and documents, and a database in which they find each other.</summary>
public sealed class ClusterServers : IAsyncLifetime
{
    private AzuriteServer? _azurite;
    private PostgresServer? _postgres;

    /// <summary>The database of the tables of members, one for each cluster.</summary>
    internal PostgresServer Postgres => _postgres!;

    public async Task InitializeAsync() => (_azurite, _postgres) = (await AzuriteServer.StartAsync(), await PostgresServer.StartAsync());

    public async Task DisposeAsync()
    {
        await _azurite!.DisposeAsync();
        await _postgres!.DisposeAsync();
    }

    /// <summary>Silos of a new cluster on a new store.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="members">Where they find each other; where it is not given, in the database that the tests share.</param>
    internal async Task<IReadOnlyList<SiloProgram>> NewClusterAsync(int silos, PostgresServer? members = null)
    {
        var name = $"c{Guid.NewGuid():N}";
        var settings = SettingsOf(name, await (members ?? Postgres).NewDatabaseAsync(name));
        return [.. Enumerable.Range(0, silos).Select(_ => SiloProgram.In("data") with { Settings = settings })];
    }

    private IReadOnlyList<string> SettingsOf(string container, string database) =>
    [
        "--OrleansQueue:Storage=azure-blobs",
        $"--OrleansQueue:AzureBlobs:ConnectionString={_azurite!.ConnectionString}",
        $"--OrleansQueue:AzureBlobs:Container={container}",
        "--Orleans:Clustering:ProviderType=AdoNet",
        "--Orleans:Clustering:Invariant=Npgsql",
        $"--Orleans:Clustering:ConnectionString={database}",

        // As docs/operating/cluster.md has them for a quiet network.
        "--Silo:ProbeTimeout=00:00:01",
        "--Silo:MissedProbes=3",
    ];
}

/// <summary>Tests of whole clusters. They run one after another, when all others are over.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterTests : ICollectionFixture<ClusterServers>
{
    public const string Name = "cluster";
}
