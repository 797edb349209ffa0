using System.Net;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Hosting;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Positions;
using OrleansQueue.Testing;
using OrleansQueue.Topics;

namespace OrleansQueue.Streams.Tests.Positions;

/// <summary>Positions have one owner at a time, and outlive everybody.</summary>
public sealed class PositionsHostTests
{
    private static readonly PositionsKey Key = new(new TopicPartition(new TopicId(Guid.NewGuid()), new Partition(3)), "provider/with slash");
    private static readonly SiloAddress Silo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 1), 1);
    private static readonly SiloAddress OtherSilo = SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 2), 1);
    private static readonly PositionChanges Change = new([new KeptPosition(new SubscriptionKey(Guid.NewGuid(), StreamId.Create("t", "k")), 7)], []);

    private readonly Parts _parts = new();
    private readonly TestClock _clock = new();
    private readonly Guid _first = Guid.NewGuid();
    private readonly Guid _second = Guid.NewGuid();

    [Fact]
    public void Key_is_read_as_it_was_written()
    {
        Assert.Equal(Key, PositionsKey.Parse(Key.ToString()));
        Assert.Throws<FormatException>(static () => PositionsKey.Parse("nobody's"));
    }

    [Fact]
    public async Task What_was_kept_is_there_for_the_next_owner()
    {
        await using (var host = await OpenAsync())
        {
            Assert.Equal(PositionsState.Nothing, (await host.AttachAsync(_first, Silo, static _ => true))!.Frontier);
            Assert.True(await host.CommitAsync(_first, Silo, 12, new Epoch(4), Change));
        }

        await using var next = await OpenAsync();
        var kept = await next.AttachAsync(_second, OtherSilo, static _ => true);

        Assert.Equal((12, new Epoch(4)), (kept!.Frontier, kept.Epoch));
        Assert.Equal(Change.Lagging, kept.Lagging);
    }

    [Fact]
    public async Task Second_owner_waits_for_the_first_which_releases_it()
    {
        await using var host = await OpenAsync();
        await host.AttachAsync(_first, Silo, static _ => true);

        Assert.Null(await host.AttachAsync(_second, OtherSilo, static _ => true));
        Assert.True(await host.CommitAsync(_first, Silo, 1, Epoch.None, Change));
        host.Release(_first);

        Assert.NotNull(await host.AttachAsync(_second, OtherSilo, static _ => true));
        Assert.False(await host.CommitAsync(_first, Silo, 99, Epoch.None, Change));
    }

    [Fact]
    public async Task Owner_on_a_silo_that_is_gone_is_not_waited_for()
    {
        await using var host = await OpenAsync();
        await host.AttachAsync(_first, Silo, static _ => true);

        Assert.NotNull(await host.AttachAsync(_second, OtherSilo, static silo => !silo.Equals(Silo)));
    }

    [Fact]
    public async Task Owner_that_does_not_give_up_is_waited_for_ten_seconds()
    {
        await using var host = await OpenAsync();
        await host.AttachAsync(_first, Silo, static _ => true);
        Assert.Null(await host.AttachAsync(_second, OtherSilo, static _ => true));
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(await host.AttachAsync(_second, OtherSilo, static _ => true));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(await host.AttachAsync(_second, OtherSilo, static _ => true));
        Assert.False(await host.CommitAsync(_first, Silo, 99, Epoch.None, Change));
    }

    private ValueTask<PositionsHost> OpenAsync() => PositionsHost.OpenAsync(_parts, Key, _clock, CancellationToken.None);

    private sealed class Parts : ISiloParts
    {
        public ILogStore Logs { get; } = new MemoryLogStore(new StoreId(Guid.NewGuid()));

        public ILogEvents Events => NoLogEvents.Instance;

        public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
