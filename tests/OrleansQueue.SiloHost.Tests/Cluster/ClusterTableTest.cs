using OrleansQueue.Postgres;
using OrleansQueue.Processes;
using OrleansQueue.SiloHost.Tests.Faults;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>The database with the table of members goes away, and with it for a while what needs it: to take a silo for dead, and to join.</summary>
[Collection(ClusterTests.Name)]
public sealed class ClusterTableTest(ClusterServers servers, ITestOutputHelper report)
{
    private const int Silos = 3;
    private const int Partitions = 12;
    private const int Some = 2_000;

    [Fact]
    public async Task Silos_serve_without_the_table_of_members_and_replace_a_dead_one_when_it_is_back()
    {
        await using var members = await PostgresServer.StartAsync();
        await using var silos = new ClusterSilos(await servers.NewClusterAsync(Silos, members));
        await silos.StartAsync();
        await Oq.To(silos.Programs).DoneAsync("topic", "create", FaultRun.Topic, "--partitions", $"{Partitions}");
        var book = new ReceiptBook(Partitions);
        await using (await SteadyProducer.StartAsync(book, silos.Programs))
        {
            await PassedAsync(book);
            await members.KillAsync();
            await PassedAsync(book);
            report.WriteLine($"without the table: {book.TakeLatencies()}, longest time without an acknowledgement in a partition {book.Outages.Take()}");
            await silos.KillAsync(0, async () =>
            {
                // Those of the dead silo wait; the others go on.
                await PassedAsync(book);
                await members.StartAgainAsync();
                await PassedAsync(book);
            });
            await PassedAsync(book);
            report.WriteLine($"when a silo had died meanwhile: {book.TakeLatencies()}, longest time {book.Outages.Take()}");
        }

        Assert.Empty(book.Failures);
        await book.CheckAsync(silos.Programs, FaultRun.Topic);
    }

    private static Task PassedAsync(ReceiptBook book) => book.Acknowledged.ReachedAsync(book.Acknowledged.Count + Some);
}
