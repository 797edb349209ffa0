using Orleans.Streams;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Grains;

public interface IConsumerGrain : IGrainWithStringKey
{
    /// <summary>Subscribes to a stream.</summary>
    Task<Guid> SubscribeAsync(StreamId stream, bool inBatches = false, long? from = null, string? filter = null);

    /// <summary>Goes on at a place, with every subscription to a stream.</summary>
    Task RewindAsync(StreamId stream, long? offset, DateTimeOffset? time);

    /// <summary>Ends every subscription to a stream.</summary>
    Task UnsubscribeAsync(StreamId stream);

    Task<int> CountAsync(StreamId stream);

    /// <summary>Makes an event of this number fail from now on.</summary>
    Task FailAtAsync(int? number);

    /// <summary>Makes an event of this number fail the first time that it comes.</summary>
    Task FailOnceAtAsync(int number);

    Task LeaveAsync();
}

/// <summary>Subscribes when it is told to, takes its subscriptions up again when it is activated, and notes what it gets under its own key.</summary>
public sealed class ConsumerGrain(StreamRewinder rewinder) : Grain, IConsumerGrain
{
    private int? _failing;
    private bool _failsOnce;

    private Deliveries Deliveries => Deliveries.Of(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // A consumer of these tests names in its key which stream it may have been subscribed to: name@topic/stream.
        if (this.GetPrimaryKeyString().Split('@') is [_, var place] && place.Split('/') is [var topic, var key])
        {
            foreach (var handle in await StreamOf(StreamId.Create(topic, key)).GetAllSubscriptionHandles())
            {
                await handle.ResumeAsync(new Observer(this));
            }
        }
    }

    public async Task<Guid> SubscribeAsync(StreamId stream, bool inBatches, long? from, string? filter)
    {
        var token = from is { } offset ? new OffsetToken(offset) : null;
        var handle = inBatches
            ? await StreamOf(stream).SubscribeAsync(new BatchObserver(this))
            : await StreamOf(stream).SubscribeAsync(new Observer(this), token, filter);
        return handle.HandleId;
    }

    public async Task RewindAsync(StreamId stream, long? offset, DateTimeOffset? time)
    {
        var start = offset is { } at ? StreamStart.Offset(new Offset(at)) : time is { } then ? StreamStart.Time(then) : StreamStart.Beginning;
        foreach (var handle in await StreamOf(stream).GetAllSubscriptionHandles())
        {
            await rewinder.RewindAsync(handle, new Observer(this), start);
        }
    }

    public async Task UnsubscribeAsync(StreamId stream)
    {
        foreach (var handle in await StreamOf(stream).GetAllSubscriptionHandles())
        {
            await handle.UnsubscribeAsync();
        }
    }

    public async Task<int> CountAsync(StreamId stream) => (await StreamOf(stream).GetAllSubscriptionHandles()).Count;

    public Task FailAtAsync(int? number)
    {
        _failing = number;
        return Task.CompletedTask;
    }

    public Task FailOnceAtAsync(int number)
    {
        (_failing, _failsOnce) = (number, true);
        return Task.CompletedTask;
    }

    public Task LeaveAsync()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private IAsyncStream<TestEvent> StreamOf(StreamId stream) => this.GetStreamProvider(StreamSilos.Provider).GetStream<TestEvent>(stream);

    private Task TakeAsync(IList<SequentialItem<TestEvent>> items)
    {
        foreach (var item in items)
        {
            Take(item.Item, item.Token);
        }

        return Task.CompletedTask;
    }

    private Task TakeAsync(TestEvent item, StreamSequenceToken token)
    {
        Take(item, token);
        return Task.CompletedTask;
    }

    private Task TakeAsync(Exception error)
    {
        Deliveries.Add(error);
        return Task.CompletedTask;
    }

    private void Take(TestEvent item, StreamSequenceToken token)
    {
        if (item.Number == _failing)
        {
            _failing = _failsOnce ? null : _failing;
            throw new InvalidOperationException($"The test has event {item.Number} fail.");
        }

        Deliveries.Add(new Delivered(item, token.SequenceNumber));
    }

    private sealed class BatchObserver(ConsumerGrain grain) : IAsyncBatchObserver<TestEvent>
    {
        public Task OnNextAsync(IList<SequentialItem<TestEvent>> items) => grain.TakeAsync(items);

        public Task OnErrorAsync(Exception ex) => grain.TakeAsync(ex);
    }

    private sealed class Observer(ConsumerGrain grain) : IAsyncObserver<TestEvent>
    {
        public Task OnNextAsync(TestEvent item, StreamSequenceToken? token = null) => grain.TakeAsync(item, token!);

        public Task OnErrorAsync(Exception ex) => grain.TakeAsync(ex);
    }
}
