using System.Globalization;
using OrleansQueue.Processes;
using OrleansQueue.SiloHost.Tests.Faults;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>
/// Three silos of an earlier version become three of today's, one after another and once back again, while producers publish and a queue group
/// works. Nothing fails, and the formats are those of the earlier version until somebody raises them; then it does not come back.
/// </summary>
[Collection(ClusterTests.Name)]
public sealed class MixedVersionTest(ClusterServers servers, ITestOutputHelper report)
{
    private const int Silos = 3;
    private const int Partitions = 12;
    private const int Producers = 2;
    private const string Workers = "workers";

    // So much has to go through between two changes.
    private const int AcknowledgedBetween = 1_000;

    [Fact]
    public async Task A_cluster_goes_from_one_version_to_the_next_and_back_under_load_and_its_formats_are_raised_by_hand()
    {
        await using var earlier = await EarlierVersion.BuildAsync();
        var today = await servers.NewClusterAsync(Silos);
        var before = today.Select(program => program with { Program = earlier.SiloHost }).ToList();
        await using var silos = new ClusterSilos(before);
        await silos.StartAsync();
        var oq = Oq.To(today);
        await oq.DoneAsync("topic", "create", FaultRun.Topic, "--partitions", $"{Partitions}");
        await oq.DoneAsync("group", "create", Workers, "--topic", FaultRun.Topic, "--kind", "queue", "--lease", "10s", "--backoff", "100ms", "--max-deliveries", "1000");
        await using var workers = await GroupWatch.StartAsync(oq, FaultRun.Topic, Workers, Partitions, members: 2);
        var book = new ReceiptBook(Partitions);
        await using (await SteadyLoad.StartAsync(book, today, Producers))
        {
            await ReplaceAsync(silos, book, 0, today[0], "today's");
            await IsHeldBackAsync(oq);
            await ReplaceAsync(silos, book, 0, before[0], "the earlier");
            foreach (var silo in Enumerable.Range(0, Silos))
            {
                await ReplaceAsync(silos, book, silo, today[silo], "today's");
            }

            await RaiseAsync(oq);
            await book.Acknowledged.ReachedAsync(book.Acknowledged.Count + AcknowledgedBetween);
            await IsRefusedAsync(silos, before[0]);
            await ReplaceAsync(silos, book, 0, today[0], "today's");
        }

        report.WriteLine($"in all: {book.AllLatencies()}, {book.Failures.Count} failed");
        Assert.Empty(book.Failures);
        await book.CheckAsync(today, FaultRun.Topic);
        var ends = await EndsAsync(today);
        await workers.EndAsync(ends);
        await QueueCheck.AllDoneAsync(today, Workers, FaultRun.Topic, ends);
        report.WriteLine($"{ends.Sum()} messages completed by the queue group, {workers.Repeated} deliveries repeated");
    }

    private async Task ReplaceAsync(ClusterSilos silos, ReceiptBook book, int silo, SiloProgram by, string version)
    {
        book.Outages.Take();
        await silos.ReplaceAsync(silo, by);
        await book.Acknowledged.ReachedAsync(book.Acknowledged.Count + AcknowledgedBetween);
        report.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"silo {silo} is of {version} version: {book.TakeLatencies()}; longest time without an acknowledgement in a partition {book.Outages.Take().TotalSeconds:F2} s"));
    }

    /// <summary>While a silo of the earlier version is there, what it cannot read is not written.</summary>
    private static async Task IsHeldBackAsync(Oq oq)
    {
        var raised = await oq.RunAsync("cluster", "raise-format");
        Assert.Equal(1, raised.ExitCode);
        Assert.Contains("knows no level above 1", raised.ErrorLine, StringComparison.Ordinal);
        var altered = await oq.RunAsync("topic", "alter", FaultRun.Topic, "--growth", "refuse");

        // The catalogue of the topic may be on a silo of either version: one refuses the setting, the other does not know it.
        Assert.True(
            altered.ExitCode == 1 ? altered.ErrorLine.Contains("see oq cluster raise-format", StringComparison.Ordinal) : altered.Out.All(line => !line.Contains("growth refuse", StringComparison.Ordinal)),
            string.Join('\n', altered.Error.Concat(altered.Out)));
        Assert.StartsWith("""{"store":""", (await oq.DoneAsync("cluster", "describe", "--json"))[0], StringComparison.Ordinal);
    }

    private static async Task RaiseAsync(Oq oq)
    {
        Assert.Equal(["format level 2, before 1"], await oq.DoneAsync("cluster", "raise-format"));

        // Silos hear of it when they next tell what they know.
        OqResult altered;
        do
        {
            altered = await oq.RunAsync("topic", "alter", FaultRun.Topic, "--growth", "refuse");
            Assert.True(altered.ExitCode == 0 || altered.ErrorLine.Contains("see oq cluster raise-format", StringComparison.Ordinal), string.Join('\n', altered.Error));
        }
        while (altered.ExitCode != 0);
        Assert.Contains("growth refuse", (await oq.DoneAsync("topic", "describe", FaultRun.Topic))[0], StringComparison.Ordinal);
    }

    private static async Task IsRefusedAsync(ClusterSilos silos, SiloProgram earlier)
    {
        await silos.StopAsync(0);
        await using var refused = earlier.Start();
        Assert.Equal(1, await refused.EndAsync());
        Assert.Contains("The cluster is at format level 2, and this version knows level 1.", Assert.Single(refused.Error.All), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<long>> EndsAsync(IReadOnlyList<SiloProgram> silos)
    {
        await using var connection = await BrokerConnection.OpenAsync(silos);
        return await connection.EndsAsync((await connection.Broker.FindTopicAsync(FaultRun.Topic, CancellationToken.None))!.Id, Partitions);
    }
}
