using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;

namespace OrleansQueue.Client.Tests.Reading;

/// <summary>What a reader does when something goes wrong.</summary>
public sealed class ReaderFaultTests
{
    private static readonly ReaderOptions Earliest = new() { Start = StartAt.Earliest };

    [Theory]
    [InlineData("unavailable")]
    [InlineData("fenced")]
    [InlineData("throttled")]
    [InlineData("diverged")]
    public void An_outage_is_waited_through_but_not_for_ever(string kind) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        var end = run.Clock.GetUtcNow() + TimeSpan.FromSeconds(25);
        run.Broker.OnFetch = request => run.Clock.GetUtcNow() >= end ? null : Outage(kind, request);
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);

        Assert.Equal("x", Assert.Single(await reader.TakeAsync(1)).Text());

        end = DateTimeOffset.MaxValue;
        var start = run.Clock.GetUtcNow();
        await producer.Publish("y");
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => reader.TakeAsync(2));
        Assert.InRange(run.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(40));
    });

    [Fact]
    public void A_fetch_that_hangs_is_made_again() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        run.Broker.HoldFetch = fetch => fetch == 1 ? new TaskCompletionSource().Task : null;
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);
        var start = run.Clock.GetUtcNow();

        Assert.Equal("x", Assert.Single(await reader.TakeAsync(1)).Text());

        Assert.InRange(run.Clock.GetUtcNow() - start, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16));
    });

    [Fact]
    public void A_broker_that_ends_every_wait_is_not_asked_without_a_pause() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnFetch = request => new FetchResult.Fetched([], [], request.From, default, default, default);
        await using var reader = await run.Client.OpenReaderAsync("orders");

        await run.PassAsync(TimeSpan.FromSeconds(10));

        Assert.InRange(run.Broker.Fetches, 100, 201);
    });

    [Theory]
    [InlineData(GapReason.Diverged, 2)]
    [InlineData(GapReason.Overtaken, 7)]
    public void A_gap_is_reported_and_passed(GapReason reason, int to) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await Task.WhenAll(producer.PublishAll(0, 10));
        var gaps = new List<ReaderGap>();
        run.Broker.OnFetch = request => request.From.Offset == new Offset(5) ? Gap(reason, request, to) : null;
        await using var reader = await run.Client.OpenReaderAsync("orders", At(5) with { GapFound = gaps.Add });

        var delivery = Assert.Single(await reader.TakeAsync(1));

        Assert.Equal(to, delivery.Offset.Value);
        var gap = Assert.Single(gaps);
        Assert.Equal(("orders", reason, 5L, (long)to), (gap.Topic, gap.Reason, gap.From.Offset.Value, gap.To.Offset.Value));
    });

    [Fact]
    public void A_gap_stops_a_reader_that_is_told_so() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.OnFetch = request => Gap(GapReason.Overtaken, request, 7);
        await using var reader = await run.Client.OpenReaderAsync("orders", At(5) with { OnGap = OnGap.Stop });

        var stopped = await Assert.ThrowsAsync<ReaderGapException>(() => reader.TakeAsync(1));

        Assert.Equal(GapReason.Overtaken, stopped.Gap.Reason);
        await Assert.ThrowsAsync<ReaderGapException>(() => reader.TakeAsync(1));
    });

    [Fact]
    public void What_cannot_be_waited_for_is_thrown_by_its_name() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        var other = new TopicId(new Guid(9, 0, 0, new byte[8]));
        Assert.Equal(other, (await ThrowsAsync<TopicReplacedException>(run, new FetchResult.TopicReplaced(other))).Current);
        Assert.Equal("orders", (await ThrowsAsync<UnknownPartitionException>(run, new FetchResult.UnknownPartition())).Topic);
        Assert.Equal("a.log at 17", (await ThrowsAsync<PartitionDamagedException>(run, new FetchResult.Damaged("a.log at 17"))).Reason);
        Assert.Equal("field", (await ThrowsAsync<ReadRefusedException>(run, new FetchResult.Refused(new("field", "bad", "good")))).Reason.Field);
        Assert.Equal("other", (await Assert.ThrowsAsync<UnknownTopicException>(() => run.Client.OpenReaderAsync("other"))).Topic);
        await Assert.ThrowsAsync<UnknownPartitionException>(() => run.Client.OpenReaderAsync("orders", new ReaderOptions { Partition = new(1) }));
    });

    [Fact]
    public void Damage_on_the_way_is_seen_by_the_reader() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("x");
        run.Broker.PartitionOf("orders", 0).Batches[0].Bytes[^2] ^= 1;
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);

        var damage = await Assert.ThrowsAsync<Batches.InvalidBatchException>(() => reader.TakeAsync(1));

        Assert.Equal("batch CRC", damage.Reason.Field);
    });

    [Theory]
    [InlineData(null)]
    [InlineData(50)]
    public void What_lies_around_a_batch_that_cannot_be_read_is_read(int? partBytes) => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        run.Broker.PartBytes = partBytes;
        await using var producer = await run.Client.OpenProducerAsync("orders");
        foreach (var text in (string[])["a", "b", "c", "d"])
        {
            await producer.Publish(text);
        }

        run.Broker.PartitionOf("orders", 0).Batches[1].Bytes[^2] ^= 1;
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);

        Assert.Equal("a", Assert.Single(await reader.TakeAsync(1)).Text());
        await Assert.ThrowsAsync<Batches.InvalidBatchException>(() => reader.TakeAsync(1));
        Assert.Equal(["c", "d"], (await reader.TakeAsync(2)).Select(delivery => delivery.Text()));
    });

    [Fact]
    public void Behind_a_batch_whose_length_is_damaged_the_next_answer_is_read() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var producer = await run.Client.OpenProducerAsync("orders");
        await producer.Publish("a");
        run.Broker.PartitionOf("orders", 0).Batches[0].Bytes[8] = 0xff;
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);

        await Assert.ThrowsAsync<Batches.InvalidBatchException>(() => reader.TakeAsync(1));
        await producer.Publish("b");
        Assert.Equal("b", Assert.Single(await reader.TakeAsync(1)).Text());
    });

    [Fact]
    public void A_topic_that_was_replaced_is_noticed_by_a_reader_that_waits() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        await using var reader = await run.Client.OpenReaderAsync("orders");
        run.Broker.CreateTopic("orders", 1);

        await Assert.ThrowsAsync<TopicReplacedException>(() => reader.TakeAsync(1));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_partition_that_is_unknown_since_its_topic_was_deleted_is_told_by_what_has_the_name_now(bool isCreatedAgain) => Simulation.Run(async run =>
    {
        var old = run.Broker.CreateTopic("orders", 1);
        var isGone = false;
        run.Broker.OnFetch = request => isGone && request.From.Topic == old.Id ? new FetchResult.UnknownPartition() : null;
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);
        isGone = true;
        run.Broker.Delete("orders");
        if (isCreatedAgain)
        {
            var current = run.Broker.CreateTopic("orders", 1);
            var replaced = await Assert.ThrowsAsync<TopicReplacedException>(() => reader.TakeAsync(1));
            Assert.Equal((old.Id, current.Id), (replaced.Opened, replaced.Current));
        }
        else
        {
            Assert.Equal("orders", (await Assert.ThrowsAsync<UnknownTopicException>(() => reader.TakeAsync(1))).Topic);
        }
    });

    [Fact]
    public void Options_out_of_range_are_named()
    {
        Assert.Equal("reader max bytes", new ReaderOptions { MaxBytes = 0 }.Check()?.Field);
        Assert.Equal("reader read-ahead bytes", new ReaderOptions { ReadAheadBytes = 1 }.Check()?.Field);
        Assert.Equal("on gap", new ReaderOptions { OnGap = (OnGap)7 }.Check()?.Field);
        Assert.Equal("reader partition", new ReaderOptions { Start = StartAt.Offset(Offset.Zero) }.Check()?.Field);
        Assert.Equal("reader partition", new ReaderOptions { Partition = new(-1) }.Check()?.Field);
        Assert.Equal("reader partition", new ReaderOptions { Partition = new(1), Start = StartAt.Position(default) }.Check()?.Field);
        Assert.Null(new ReaderOptions().Check());
        Assert.Equal((1 << 20, 64 << 10, 128 << 10), (new ReaderOptions().BytesOfOne(64), new ReaderOptions().BytesOfOne(10_000), new ReaderOptions().BytesOfOne(512)));
    }

    private static ReaderOptions At(long offset) => new() { Partition = new(0), Start = StartAt.Offset(new(offset)) };

    private static FetchResult Outage(string kind, FetchRequest request) => kind switch
    {
        "fenced" => new FetchResult.Fenced(),
        "throttled" => new FetchResult.Throttled(TimeSpan.FromSeconds(2)),
        "diverged" => new FetchResult.Diverged(request.From),
        _ => throw new BrokerUnavailableException("Nobody there."),
    };

    private static FetchResult Gap(GapReason reason, FetchRequest request, int to)
    {
        var place = request.From with { Offset = new(to) };
        return reason == GapReason.Diverged ? new FetchResult.Diverged(place) : new FetchResult.Overtaken(place);
    }

    private static async Task<T> ThrowsAsync<T>(Simulation run, FetchResult answer)
        where T : Exception
    {
        run.Broker.OnFetch = _ => answer;
        await using var reader = await run.Client.OpenReaderAsync("orders", Earliest);
        return await Assert.ThrowsAsync<T>(() => reader.TakeAsync(1));
    }
}
