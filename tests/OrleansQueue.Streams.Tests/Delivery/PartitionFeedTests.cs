using Microsoft.Extensions.Logging.Abstractions;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Tests.Support;
using OrleansQueue.Streams.Tokens;
using OrleansQueue.Testing;
using OrleansQueue.Topics;

namespace OrleansQueue.Streams.Tests.Delivery;

/// <summary>What a feed leaves to the next one, whenever its agent ends.</summary>
public sealed class PartitionFeedTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly StreamId Stream = StreamId.Create("events", "s");

    private readonly TestClock _clock = new();
    private readonly KeptInMemory _positions = new();
    private readonly GuidId _subscription = GuidId.GetNewGuidId();
    private readonly InProcessBroker _broker;
    private readonly PartitionFeed _feed;
    private TopicId _topic;

    public PartitionFeedTests()
    {
        _broker = new InProcessBroker(_clock, new Random(1));
        _feed = new PartitionFeed(new FeedSettings(
            StreamSilos.Provider, "events", new Partition(0), _broker, _ => _positions, new OrleansQueueStreamOptions(), IsFiltered: false, EventReaders.Default, _clock, NullLogger.Instance));
    }

    public async Task InitializeAsync() =>
        _topic = ((CreateTopicResult.Created)await _broker.CreateTopicAsync("events", new TopicSettings { Partitions = 1 }, default)).Topic.Id;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task What_came_while_positions_were_being_kept_is_left_to_the_next()
    {
        await PublishAsync();
        var cursor = await RegisterAsync();
        Assert.True(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        _positions.Hold();
        await PublishAsync(of: "another");
        await NoticeAsync();
        await PublishAsync();
        await NoticeAsync();
        await AskForMoreAsync();
        Assert.Equal(1, _positions.Asked);

        await _feed.CloseAsync(Timeout);

        Assert.Equal(3, _positions.Kept.Frontier);
        Assert.Equal(2, Assert.Single(_positions.Kept.Lagging).Next);
        Assert.True(_positions.IsReleased);
    }

    [Fact]
    public async Task Stream_of_which_the_agent_was_told_last_is_left_to_the_next()
    {
        await PublishAsync();
        await NoticeAsync();

        // An agent that was to end while it waited takes no notice in.
        await _feed.CloseAsync(Timeout);

        Assert.Equal(0, _positions.Kept.Frontier);
    }

    [Fact]
    public async Task Stream_that_the_agent_gave_up_when_it_ended_is_left_to_the_next()
    {
        await PublishAsync();
        var pin = await PinAsync();

        // An agent that ends drops what it is just registering, and then tells the feed.
        pin.Dispose();
        await _feed.CloseAsync(Timeout);

        Assert.Equal(0, _positions.Kept.Frontier);
    }

    [Fact]
    public async Task Stream_without_a_subscriber_is_finished_once_the_agent_asks_for_more()
    {
        await PublishAsync();
        var pin = await PinAsync();

        // The clock stands still, so what ends the wait is that the stream is registered.
        var waiting = _feed.NextAsync();
        pin.Dispose();
        Assert.Empty(await waiting.WaitAsync(Timeout));
        await AskForMoreAsync();
        await _feed.CloseAsync(Timeout);

        Assert.Equal(1, _positions.Kept.Frontier);
    }

    [Fact]
    public async Task Subscription_that_comes_once_a_stream_is_registered_begins_with_what_comes_then()
    {
        await PublishAsync();
        (await PinAsync()).Dispose();

        var cursor = (FeedCursor)_feed.Open(Stream, Asked());

        Assert.Equal(1, cursor.Subscription.Next);
    }

    /// <summary>The agent learns of the stream's first event, and begins to register it.</summary>
    private async Task<PinCursor> PinAsync()
    {
        await NoticeAsync();
        return (PinCursor)_feed.Open(Stream, new OffsetToken(0));
    }

    /// <summary>The agent learns of the stream's first event and who is subscribed, as it does.</summary>
    private async Task<FeedCursor> RegisterAsync()
    {
        var pin = await PinAsync();
        var cursor = (FeedCursor)_feed.Open(Stream, Asked());
        pin.Dispose();
        return cursor;
    }

    private BoundToken Asked() => new(_subscription, new object(), null, _feed.End, skipsFirst: false);

    private async Task NoticeAsync() => Assert.NotEmpty(await _feed.NextAsync());

    /// <summary>The agent asks once more when nothing is to come.</summary>
    private async Task AskForMoreAsync()
    {
        _feed.EndWait();
        Assert.Empty(await _feed.NextAsync());
    }

    private async Task PublishAsync(string of = "s")
    {
        var batch = new RecordBatchBuilder();
        batch.Append(Timestamp.Now(_clock), System.Text.Encoding.UTF8.GetBytes(of), "{}"u8);
        Assert.IsType<ProduceResult.Appended>(await _broker.ProduceAsync(_topic, new Partition(0), batch.Build(ProducerStamp.None), default));
    }
}
