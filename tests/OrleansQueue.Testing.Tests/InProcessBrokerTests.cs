using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Partitions;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing.Tests;

/// <summary>What the in-process broker promises beyond the contract: replay, stores that outlive it, waits that end with it.</summary>
public sealed class InProcessBrokerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestClock _clock = new();

    [Fact]
    public async Task Example_of_the_documentation_works()
    {
        await using var broker = new InProcessBroker(_clock, new Random(1));
        var created = (CreateTopicResult.Created)await broker.CreateTopicAsync("orders", new TopicSettings(), default);
        var (topic, partition) = (created.Topic.Id, new Partition(0));

        var builder = new RecordBatchBuilder();
        builder.Append(Timestamp.Now(_clock), NullableBytes.Null, "C-1: 59.00"u8);
        await broker.ProduceAsync(topic, partition, builder.Build(ProducerStamp.None), default);
        var found = await broker.FetchAsync(new FetchRequest(new Position(topic, partition, Offset.Zero, Epoch.None)), default);
        Assert.Equal([(0, "C-1: 59.00")], Batch.Selected(Assert.IsType<FetchResult.Fetched>(found)));

        _clock.Advance(TimeSpan.FromDays(8)); // Now the record is past its retention.
        Assert.IsType<FetchResult.Overtaken>(await broker.FetchAsync(new FetchRequest(new Position(topic, partition, Offset.Zero, Epoch.None)), default));
    }

    [Fact]
    public async Task Same_seed_gives_the_same_identities_and_another_seed_others()
    {
        Assert.Equal(await RunAsync(7), await RunAsync(7));
        Assert.NotEqual(await RunAsync(7), await RunAsync(8));

        async Task<(TopicId, TopicId, ProducerIdentity, ProducerIdentity)> RunAsync(int seed)
        {
            await using var broker = new InProcessBroker(_clock, new Random(seed));
            return (
                (await CreateAsync(broker, "a")).Topic,
                (await CreateAsync(broker, "b")).Topic,
                await broker.InitProducerAsync(null, default),
                await broker.InitProducerAsync(null, default));
        }
    }

    [Fact]
    public async Task Brokers_without_a_seed_share_no_identity()
    {
        await using var left = new InProcessBroker();
        await using var right = new InProcessBroker();

        Assert.NotEqual(await CreateAsync(left), await CreateAsync(right));
        Assert.NotEqual(await left.InitProducerAsync(null, default), await right.InitProducerAsync(null, default));
    }

    [Fact]
    public async Task Next_broker_on_a_store_has_the_topics_records_and_duties_of_the_one_before()
    {
        var store = new MemoryLogStore(default);
        var random = new Random(1);
        var settings = new TopicSettings { RetentionTime = TimeSpan.FromHours(1) };
        Place place;
        await using (var before = new InProcessBroker(store, _clock, random, new PartitionServerOptions()))
        {
            place = await CreateAsync(before, settings: settings);
            await before.ProduceAsync(place.Topic, place.Partition, Batch.Of("0"), default);
        }

        // Its first call is about a partition, so it must know the topics before anybody names one.
        await using (var after = new InProcessBroker(store, _clock, random, new PartitionServerOptions()))
        {
            Assert.Equal([(0, "0")], Batch.Selected(Assert.IsType<FetchResult.Fetched>(await after.FetchAsync(place.From(0), default))));
            Assert.Equal(new TopicDescription("orders", place.Topic, settings, 1), await after.FindTopicAsync("orders", default));
        }

        await using var last = new InProcessBroker(store, _clock, random, new PartitionServerOptions());
        Assert.NotNull(await last.FindTopicAsync("orders", default));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.IsType<FetchResult.Overtaken>(await last.FetchAsync(place.From(0), default));
    }

    [Fact]
    public async Task Second_broker_on_a_store_takes_a_partition_over_and_the_first_one_may_take_it_back()
    {
        var store = new MemoryLogStore(default);
        await using var left = new InProcessBroker(store, _clock, new Random(1), new PartitionServerOptions());
        var place = await CreateAsync(left, settings: new TopicSettings { RetentionTime = null });
        Assert.IsType<ProduceResult.Appended>(await left.ProduceAsync(place.Topic, place.Partition, Batch.Of("0"), default));
        await using var right = new InProcessBroker(store, _clock, new Random(2), new PartitionServerOptions());
        Assert.IsType<ProduceResult.Appended>(await right.ProduceAsync(place.Topic, place.Partition, Batch.Of("1"), default));

        // As in a cluster: the old owner says so once, and whoever asks again reaches a new one.
        Assert.IsType<ProduceResult.Fenced>(await left.ProduceAsync(place.Topic, place.Partition, Batch.Of("2"), default));
        Assert.Equal(new Offset(2), Assert.IsType<ProduceResult.Appended>(await left.ProduceAsync(place.Topic, place.Partition, Batch.Of("2"), default)).BaseOffset);
        var read = Assert.IsType<FetchResult.Fetched>(await left.FetchAsync(place.From(0), default));
        Assert.Equal([(0, "0"), (1, "1"), (2, "2")], Batch.Selected(read));
    }

    [Fact]
    public async Task Broker_that_is_set_to_creates_the_topics_that_are_published_to_and_no_others()
    {
        var settings = new TopicSettings { Partitions = 2 };
        await using var broker = new InProcessBroker(_clock, new Random(1)) { NewTopics = settings };
        Assert.Null(await broker.FindTopicAsync("orders", default));
        var topic = await broker.FindTopicToPublishAsync("orders", default);

        Assert.Equal(settings, topic?.Settings);
        Assert.Equal(topic, await broker.FindTopicToPublishAsync("orders", default));
        Assert.Equal(topic, await broker.FindTopicAsync("orders", default));
        Assert.Null(await broker.FindTopicToPublishAsync("../orders", default));
        Assert.Null(await broker.FindTopicToPublishAsync("__orders", default));
        Assert.Single((await broker.ListTopicsAsync(null, 100, default)).Topics);
    }

    [Fact]
    public async Task End_of_the_broker_ends_its_waits_and_calls_after_it_say_so()
    {
        var broker = new InProcessBroker(_clock);
        var place = await CreateAsync(broker);
        var waiting = broker.FetchAsync(place.From(0) with { MaxWait = FetchRequest.LongestWait }, default).AsTask();
        await broker.DescribePartitionAsync(place.Topic, place.Partition, default);
        await broker.DisposeAsync();
        await broker.DisposeAsync();

        // The clock stands still, so nothing else could have ended it.
        Assert.IsType<FetchResult.Fenced>(await waiting.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => broker.FindTopicAsync("orders", default).AsTask());
        _clock.Advance(TimeSpan.FromDays(30));
    }

    [Fact]
    public async Task Caller_may_block_between_two_calls_and_holds_nobody_up()
    {
        await using var broker = new InProcessBroker(_clock);
        var place = await CreateAsync(broker);

        // Were a caller to go on within the broker's turn, this would wait for itself.
        await Task.Run(async () =>
        {
            await broker.DescribePartitionAsync(place.Topic, place.Partition, default);
            var blocked = broker.ProduceAsync(place.Topic, place.Partition, Batch.Of("x"), default).AsTask();
            Assert.True(blocked.Wait(Patience), "The broker waits for its caller.");
        }).WaitAsync(2 * Patience);
    }

    [Fact]
    public async Task Failure_of_the_storage_is_answered_as_an_unknown_outcome_and_the_next_call_tries_again()
    {
        var store = new BrokenLogStore(new MemoryLogStore(default));
        await using var broker = new InProcessBroker(store, _clock, new Random(1), new PartitionServerOptions());
        store.IsBroken = true;
        var error = await Assert.ThrowsAsync<BrokerUnavailableException>(() => CreateAsync(broker));
        Assert.Equal("The storage failed: broken", error.Message);
        Assert.IsType<IOException>(error.InnerException);

        store.IsBroken = false;
        var place = await CreateAsync(broker);
        store.IsBroken = true;
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => broker.ProduceAsync(place.Topic, place.Partition, Batch.Of("x"), default).AsTask());
        store.IsBroken = false;
        Assert.IsType<ProduceResult.Appended>(await broker.ProduceAsync(place.Topic, place.Partition, Batch.Of("x"), default));
    }

    [Fact]
    public async Task Deletion_that_the_storage_failed_at_is_finished_later()
    {
        var store = new BrokenLogStore(new MemoryLogStore(default));
        await using var broker = new InProcessBroker(store, _clock, new Random(1), new PartitionServerOptions());
        var place = await CreateAsync(broker);
        await broker.ProduceAsync(place.Topic, place.Partition, Batch.Of("x"), default);
        store.FailsDeletions = true;
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => broker.DeleteTopicAsync("orders", default).AsTask());
        store.FailsDeletions = false;

        Assert.Null(await broker.FindTopicAsync("orders", default));
        Assert.DoesNotContain(LogId.ForPartition(place.Topic, place.Partition), await store.ListAsync(default));
    }

    private static async Task<Place> CreateAsync(InProcessBroker broker, string name = "orders", TopicSettings? settings = null) =>
        new(Assert.IsType<CreateTopicResult.Created>(await broker.CreateTopicAsync(name, settings ?? new TopicSettings(), default)).Topic.Id, new Partition(0));
}
