using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orleans.Runtime.MembershipService;
using OrleansQueue.Azurite;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>What a silo says that is to be one of several and cannot start. What holds a password or a key is not shown.</summary>
public sealed class ClusterStartTests
{
    private const string Secret = "tellnobody";
    private const string Blobs = "OrleansQueue:Storage=azure-blobs";
    private const string Account = $"OrleansQueue:AzureBlobs:ConnectionString=DefaultEndpointsProtocol=https;AccountName=a;AccountKey={Secret}==";
    private const string AdoNet = "Orleans:Clustering:ProviderType=AdoNet";
    private const string Npgsql = "Orleans:Clustering:Invariant=Npgsql";
    private const string Database = $"Orleans:Clustering:ConnectionString=Host=127.0.0.1;Password={Secret}";

    [Theory]
    [InlineData("OrleansQueue:AzureBlobs:ConnectionString", "connection string of an Azure Storage account", Blobs)]
    [InlineData("OrleansQueue:AzureBlobs:ConnectionString", "connection string of an Azure Storage account", Blobs, "OrleansQueue:AzureBlobs:ConnectionString=")]
    [InlineData("OrleansQueue:AzureBlobs:ConnectionString", "connection string of an Azure Storage account", Blobs, $"OrleansQueue:AzureBlobs:ConnectionString={Secret}")]
    [InlineData("OrleansQueue:AzureBlobs:ConnectionString", "connection string of an Azure Storage account", Blobs, $"OrleansQueue:AzureBlobs:ConnectionString=AccountName=a;AccountKey={Secret}")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "3 to 56", Blobs, Account, "OrleansQueue:AzureBlobs:Container=Queue")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "3 to 56", Blobs, Account, "OrleansQueue:AzureBlobs:Container=a_b")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "3 to 56", Blobs, Account, "OrleansQueue:AzureBlobs:Container=-ab")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "3 to 56", Blobs, Account, "OrleansQueue:AzureBlobs:Container=a--b")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "3 to 56", Blobs, Account, "OrleansQueue:AzureBlobs:Container=ab")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "3 to 56", Blobs, Account, "OrleansQueue:AzureBlobs:Container=a23456789012345678901234567890123456789012345678901234567")]
    [InlineData("OrleansQueue:AzureBlobs:Container", "not empty", Blobs, Account, "OrleansQueue:AzureBlobs:Container=")]
    [InlineData("Orleans:Clustering:Invariant", "allowed is Npgsql", AdoNet, Database)]
    [InlineData("Orleans:Clustering:Invariant", "allowed is Npgsql", AdoNet, Database, "Orleans:Clustering:Invariant=MySql.Data.MySqlClient")]
    [InlineData("Orleans:Clustering:ConnectionString", "PostgreSQL", AdoNet, Npgsql)]
    [InlineData("Orleans:Clustering:ConnectionString", "PostgreSQL", AdoNet, Npgsql, "Orleans:Clustering:ConnectionString=")]
    [InlineData("Orleans:Clustering:ConnectionString", "PostgreSQL", AdoNet, Npgsql, $"Orleans:Clustering:ConnectionString=Hots=a;Password={Secret}")]
    [InlineData("Orleans:Clustering:ConnectionString", "PostgreSQL", AdoNet, Npgsql, $"Orleans:Clustering:ConnectionString={Secret}")]
    [InlineData("Orleans:Clustering:ConnectionString", "nothing without Orleans:Clustering:ProviderType", Database)]
    [InlineData("Orleans:Clustering:Invariant", "nothing without Orleans:Clustering:ProviderType", Npgsql)]
    public async Task A_setting_that_cannot_be_used_stops_the_start_with_one_line_without_secrets(string key, string allowed, params string[] settings)
    {
        var line = await FailAsync(settings);

        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.Contains(allowed, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Members_that_do_not_answer_are_told_in_one_line() =>
        Assert.Equal("Failed to get ping responses. Three of three.", StartFailure.Describe(new OrleansClusterConnectivityCheckFailedException("Failed to get ping responses.\nThree of three.")));

    [Fact]
    public async Task A_storage_where_nobody_listens_stops_the_start_with_one_line()
    {
        var port = FreePort.Take();

        var line = await FailAsync(Blobs, StorageAt(port));

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_says_nothing_stops_the_start_with_one_line()
    {
        // It takes connections, and no more.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();

        Assert.Contains("did not answer within 30 s", await FailAsync(Blobs, StorageAt(((IPEndPoint)silent.LocalEndpoint).Port)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_where_nobody_listens_stops_the_start_with_one_line()
    {
        var port = FreePort.Take();

        var line = await FailAsync(AdoNet, Npgsql, string.Create(CultureInfo.InvariantCulture, $"{Database};Port={port}"));

        Assert.Contains("Orleans:Clustering:ConnectionString", line, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), line, StringComparison.Ordinal);
    }

    private static string StorageAt(int port) =>
        $"OrleansQueue:AzureBlobs:ConnectionString={AzuriteServer.ConnectionStringTo(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")))}";

    /// <summary>Starts a silo that must fail; answers the one line that it says.</summary>
    private static async Task<string> FailAsync(params string[] settings)
    {
        using var folder = new TempFolder();
        await using var process = SiloProgram.In(folder["data"]).Start(settings.Select(setting => $"--{setting}"));

        Assert.Equal(1, await process.EndAsync());

        var line = Assert.Single(process.Error.All);
        Assert.StartsWith("OrleansQueue cannot start: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, $"{line}{process.Out}", StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
        return line;
    }
}
