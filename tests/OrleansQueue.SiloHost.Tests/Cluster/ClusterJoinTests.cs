using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>Silos that would join a cluster and may not.</summary>
[Collection(ClusterTests.Name)]
public sealed class ClusterJoinTests(ClusterServers servers)
{
    [Fact]
    public async Task A_silo_with_another_store_is_refused_with_one_line_that_names_both()
    {
        var programs = await servers.NewClusterAsync(2);
        await using var first = await programs[0].StartReadyAsync();
        await using var second = programs[1].Start("--OrleansQueue:AzureBlobs:Container=another");

        Assert.Equal(1, await second.EndAsync());

        var line = Assert.Single(second.Error.All);
        Assert.Contains("/another (store ", line, StringComparison.Ordinal);
        Assert.Contains("one store that they share: azure-blobs", line, StringComparison.Ordinal);
        Assert.True(first.IsRunning);
    }

    [Fact]
    public async Task A_database_without_the_tables_is_refused_with_one_line()
    {
        await using var silo = SiloProgram.In("data").Start(
            "--OrleansQueue:Storage=memory", "--Orleans:Clustering:ProviderType=AdoNet", "--Orleans:Clustering:Invariant=Npgsql", $"--Orleans:Clustering:ConnectionString={servers.Postgres.EmptyDatabase}");

        Assert.Equal(1, await silo.EndAsync());
        Assert.Contains("PostgreSQL-Clustering.sql were run", Assert.Single(silo.Error.All), StringComparison.Ordinal);
    }
}
