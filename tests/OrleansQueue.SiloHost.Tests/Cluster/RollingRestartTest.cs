using System.Globalization;
using OrleansQueue.Processes;
using OrleansQueue.SiloHost.Tests.Faults;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>
/// Three silos are stopped and started again, one after another, while producers with nothing but defaults publish at a steady pace. No
/// publish may fail, and every message must lie once, where its receipt says. <c>OQ_ROLLING_PASSES</c> says how often all silos have their turn.
/// </summary>
[Collection(ClusterTests.Name)]
public sealed class RollingRestartTest(ClusterServers servers, ITestOutputHelper report)
{
    private const int Silos = 3;
    private const int Partitions = 12;
    private const int Producers = 3;

    // So much has to go through between two restarts.
    private const int AcknowledgedBetween = 3_000;

    [Fact]
    public async Task Silos_that_are_stopped_and_started_one_after_another_fail_no_publish_and_store_none_twice()
    {
        var passes = RunSetting.Of("OQ_ROLLING_PASSES", 1);
        await using var silos = new ClusterSilos(await servers.NewClusterAsync(Silos));
        await silos.StartAsync();
        await Oq.To(silos.Programs).DoneAsync("topic", "create", FaultRun.Topic, "--partitions", $"{Partitions}");
        var book = new ReceiptBook(Partitions);
        await using (await SteadyLoad.StartAsync(book, silos.Programs, Producers))
        {
            await PassedAsync(book);
            report.WriteLine($"before: {book.TakeLatencies()}");
            for (var restart = 0; restart < passes * Silos; restart++)
            {
                book.Outages.Take();
                await silos.RestartCleanlyAsync(restart % Silos);
                await PassedAsync(book);
                report.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"pass {restart / Silos}, silo {restart % Silos}: {book.TakeLatencies()}; longest time without an acknowledgement in a partition {book.Outages.Take().TotalSeconds:F2} s"));
            }
        }

        report.WriteLine($"in all: {book.AllLatencies()}, {book.Failures.Count} failed");
        Assert.Empty(book.Failures);
        await book.CheckAsync(silos.Programs, FaultRun.Topic);
    }

    private static Task PassedAsync(ReceiptBook book) => book.Acknowledged.ReachedAsync(book.Acknowledged.Count + AcknowledgedBetween);
}
