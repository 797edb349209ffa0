using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>Groups that share between tenants.</summary>
public sealed class QueueTenantTests
{
    private static readonly QueueSettings Shared = new() { TenantHeader = "oq-tenant", Backoff = TimeSpan.Zero };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(125)]
    [InlineData(500)]
    public Task While_two_wait_neither_gets_more_than_six_of_ten_of_any_thousand(int prefetch) => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Shared);
        await PublishAsync(bench, "big", 20_000);
        await PublishAsync(bench, "small", 3_000);
        var got = new List<string>();
        var small = 0;
        while (true)
        {
            var lease = await bench.LeaseAsync(prefetch);
            await SettleAllAsync(bench, lease);
            var whose = lease.Messages.ConvertAll(static message => message.Value.Split('-')[0]);
            small += whose.Count(static of => of == "small");
            if (small == 3_000)
            {
                // From here on only one waits.
                break;
            }

            got.AddRange(whose);
        }

        Assert.InRange(got.Count, 5_000, 6_000);

        for (var first = 0; first + 1_000 <= got.Count; first++)
        {
            Assert.InRange(got.Skip(first).Take(1_000).Count(static whose => whose == "big"), 400, 600);
        }
    });

    [Fact]
    public Task Whoever_comes_while_another_has_a_backlog_is_found_soon_and_each_of_ten_gets_its_share() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Shared);
        await PublishAsync(bench, "big", 10_000);
        await SettleAllAsync(bench, await bench.LeaseAsync(100));
        for (var i = 0; i < 9; i++)
        {
            await PublishAsync(bench, $"t{i}", 20);
        }

        bench.Clock.Advance(TimeSpan.FromMilliseconds(20));
        var next = await bench.LeaseAsync(100);
        Assert.Equal(10, next.Messages.GroupBy(static message => message.Value.Split('-')[0]).Count());
        Assert.All(next.Messages.GroupBy(static message => message.Value.Split('-')[0]), static of => Assert.InRange(of.Count(), 8, 12));
    });

    [Fact]
    public Task Every_message_is_delivered_once_in_the_order_of_its_tenant_whoever_owns_the_cursor() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Shared);
        var random = new Random(5);
        var published = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            var some = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(4)).Select((tenant, number) => $"{(tenant == 3 ? "" : $"t{tenant}@")}t{tenant}-{i * 100 + number}").ToArray();
            published.AddRange(some.Select(static message => message.Split('@')[^1]));
            await bench.PublishAsync(some);
        }

        var got = new List<string>();
        while (await bench.LeaseAsync(random.Next(1, 40)) is { Messages.Count: not 0 } lease)
        {
            Assert.All(lease.Messages, static message => Assert.Equal(1, message.Count));
            Assert.Equal(lease.Messages.Select(static message => message.Offset).Order(), lease.Messages.Select(static message => message.Offset));
            got.AddRange(lease.Messages.Select(static message => message.Value));
            await SettleAllAsync(bench, lease);
            if (random.Next(5) == 0)
            {
                bench.Restart();
            }
        }

        Assert.Equal(published.Order(), got.Order());
        Assert.All(Enumerable.Range(0, 4), tenant => Assert.Equal(Of(published, tenant), Of(got, tenant)));
        var status = await bench.DescribeAsync();
        Assert.Equal((published.Count, 0, 0), (status.Finished.Value, status.Leased, status.Available));

        static IEnumerable<string> Of(List<string> messages, int tenant) => messages.Where(message => message.StartsWith($"t{tenant}-", StringComparison.Ordinal));
    });

    [Fact]
    public Task Keys_keep_their_order_while_tenants_share() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Shared with { OrderedByKey = true });
        await bench.PublishAsync([.. Enumerable.Range(0, 40).Select(static number => $"big@k{number % 4}=big-{number}")]);
        await bench.PublishAsync("small@s=small-0", "small@s=small-1", "small@k0=small-2");

        var first = await bench.LeaseAsync(100);
        Assert.Equal("big-0 big-1 big-2 big-3 small-0", first.Values);
        await SettleAllAsync(bench, first);
        Assert.Equal("big-4 big-5 big-6 big-7 small-1", (await bench.LeaseAsync(100)).Values);
    });

    [Fact]
    public Task What_failed_or_was_put_back_is_its_tenants_as_before() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Shared);
        await PublishAsync(bench, "big", 50);
        await PublishAsync(bench, "small", 2);
        var lease = await bench.LeaseAsync(4);
        Assert.Equal("big-0 big-1 small-0 small-1", lease.Values);
        await bench.SettleAsync([.. Ranges(lease).Select(range => new Settlement(lease.Id, range.Offsets, SettlementKind.Abandon))]);

        Assert.Equal([("big-0", 2), ("big-1", 2), ("small-0", 2), ("small-1", 2)], (await bench.LeaseAsync(4)).Messages.Select(static message => (message.Value, message.Count)));
    });

    [Fact]
    public Task Large_messages_are_shared_as_well() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(Shared);
        foreach (var tenant in (string[])["big", "big", "big", "big", "small", "small"])
        {
            await bench.PublishAsync([.. Enumerable.Range(0, 5).Select(number => $"{tenant}@{tenant}-{new string('x', 50_000)}")]);
        }

        var lease = await bench.LeaseAsync(500, bytes: 600_000);
        Assert.Equal((6, 6), (Count(lease, "big"), Count(lease, "small")));
        Assert.Single((await bench.LeaseAsync(500, bytes: 1)).Messages);

        static int Count(Leased lease, string tenant) => lease.Messages.Count(message => message.Value.StartsWith(tenant, StringComparison.Ordinal));
    });

    private static async Task PublishAsync(QueueBench bench, string tenant, int count)
    {
        for (var first = 0; first < count; first += 500)
        {
            await bench.PublishAsync([.. Enumerable.Range(first, Math.Min(500, count - first)).Select(number => $"{tenant}@{tenant}-{number}")]);
        }
    }

    private static IReadOnlyList<LeasedRange> Ranges(Leased lease) => lease.Answer.Selection;

    private static async Task SettleAllAsync(QueueBench bench, Leased lease) =>
        Assert.Empty(await bench.SettleAsync([.. Ranges(lease).Select(range => new Settlement(lease.Id, range.Offsets, SettlementKind.Complete))]));
}
