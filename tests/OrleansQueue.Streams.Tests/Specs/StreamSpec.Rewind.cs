using Orleans.Streams;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Going back.</summary>
public abstract partial class StreamSpec
{
    [Fact]
    public async Task Quiet_stream_is_rewound_to_its_beginning_with_the_first_event()
    {
        var (grain, got) = await SubscribeAsync("back", "s");
        await PublishAsync(Stream("s"), "p", 0, 30);
        await got.HasAsync(30);

        await grain.RewindAsync(IdOf("s"), null, null);

        await got.HasAsync(60);
        Assert.Equal([.. Enumerable.Range(0, 30), .. Enumerable.Range(0, 30)], got.Events.Select(static delivered => delivered.Event.Number));
    }

    [Fact]
    public async Task Quiet_stream_is_rewound_to_an_offset_and_nobody_else_moves()
    {
        var (grain, got) = await SubscribeAsync("back", "s");
        var (_, other) = await SubscribeAsync("other", "s");
        await PublishAsync(Stream("s"), "p", 0, 30);
        await got.HasAsync(30);
        await other.HasAsync(30);

        await grain.RewindAsync(IdOf("s"), got.Events[12].Offset, null);
        await got.HasAsync(48);
        await PublishAsync(Stream("s"), "p", 30, 1);
        await got.HasAsync(49);
        await other.HasAsync(31);

        Assert.Equal([.. Enumerable.Range(0, 30), .. Enumerable.Range(12, 19)], got.Events.Select(static delivered => delivered.Event.Number));
        AssertInOrder(other, "p", 31);
    }

    [Fact]
    public async Task Quiet_stream_is_rewound_to_a_time()
    {
        var (grain, got) = await SubscribeAsync("back", "s");
        await PublishAsync(Stream("s"), "p", 0, 20);
        await got.HasAsync(20);

        await grain.RewindAsync(IdOf("s"), null, DateTimeOffset.UtcNow - TimeSpan.FromHours(1));

        await got.HasAsync(40);
        Assert.Equal(0, got.Events[20].Event.Number);
    }

    [Fact]
    public async Task Subscription_with_a_token_begins_there()
    {
        var (_, first) = await SubscribeAsync("first", "s");
        await PublishAsync(Stream("s"), "p", 0, 20);
        await first.HasAsync(20);

        var late = Consumer("late", "s", out var got);
        await late.SubscribeAsync(IdOf("s"), from: first.Events[5].Offset);

        await got.HasAsync(15);
        Assert.Equal(Enumerable.Range(5, 15), got.Events.Select(static delivered => delivered.Event.Number));
    }

    [Fact]
    public async Task Observer_in_a_client_goes_back()
    {
        var got = Deliveries.Of(Named("client"));
        Task TakeAsync(TestEvent item, StreamSequenceToken token)
        {
            got.Add(new Delivered(item, token.SequenceNumber));
            return Task.CompletedTask;
        }

        var handle = await Stream("s").SubscribeAsync(TakeAsync);
        await PublishAsync(Stream("s"), "p", 0, 20);
        await got.HasAsync(20);

        await Silos.Rewinder.RewindAsync(handle, new ClientObserver(TakeAsync), StreamStart.Beginning);

        await got.HasAsync(40);
        Assert.Equal([.. Enumerable.Range(0, 20), .. Enumerable.Range(0, 20)], got.Events.Select(static delivered => delivered.Event.Number));
    }

    private sealed class ClientObserver(Func<TestEvent, StreamSequenceToken, Task> take) : IAsyncObserver<TestEvent>
    {
        public Task OnNextAsync(TestEvent item, StreamSequenceToken? token = null) => take(item, token!);

        public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }
}
