using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Positions;
using OrleansQueue.Streams.Tests.Events;

namespace OrleansQueue.Streams.Tests.Delivery;

public sealed class DeliveryBookTests
{
    private static readonly EventShape Shape = new(100, IsSingly: false, TimeProvider.System, EventReaders.Default);

    private readonly EventCache _cache = new(1 << 20);
    private readonly DeliveryBook _book;
    private readonly SubscriptionKey _key = new(Guid.NewGuid(), Chunks.Stream);

    public DeliveryBookTests()
    {
        _cache.Reset(0);
        _book = new DeliveryBook(_cache);
    }

    [Fact]
    public void Who_has_finished_everything_needs_no_entry()
    {
        var subscription = _book.GetOrAdd(_key);
        _book.Lags(subscription);
        Read(0, 10, 4);
        Drain(subscription);

        Assert.Equal(10, _book.Frontier);
        Assert.True(_book.TakeChanges().IsEmpty);
    }

    [Fact]
    public void Who_lags_is_told_once_for_each_place_and_gone_when_it_has_caught_up()
    {
        var subscription = _book.GetOrAdd(_key);
        Drain(subscription);
        Read(0, 10, 4);

        Assert.Equal(new KeptPosition(_key, 4), Assert.Single(_book.TakeChanges().Lagging));
        Assert.True(_book.TakeChanges().IsEmpty);
        Drain(subscription);
        var changes = _book.TakeChanges();
        Assert.Empty(changes.Lagging);
        Assert.Equal(_key, Assert.Single(changes.Gone));
    }

    [Fact]
    public void Subscription_that_ended_is_gone()
    {
        _book.GetOrAdd(_key);
        Drain(_book.GetOrAdd(_key));
        Read(0, 10, 4);
        _book.TakeChanges();

        _book.Remove(_book.GetOrAdd(_key));

        Assert.Equal(_key, Assert.Single(_book.TakeChanges().Gone));
        Assert.Empty(_book.Of(Chunks.Stream));
    }

    [Fact]
    public void Nothing_of_a_stream_that_is_being_registered_counts_as_finished()
    {
        Read(0, 10, 4);
        var pin = _book.AddPin(Chunks.Stream, 4);
        Read(10, 20, 15);

        Assert.Equal(4, _book.Frontier);
        Assert.Equal(4, _book.PinOf(Chunks.Stream));
        _book.RemovePin(pin);
        Assert.Equal(20, _book.Frontier);
        Assert.Null(_book.PinOf(Chunks.Stream));
    }

    [Fact]
    public void What_was_kept_takes_the_place_of_what_is_known()
    {
        var other = _book.GetOrAdd(new SubscriptionKey(Guid.NewGuid(), Chunks.Stream));
        _book.Lags(other);
        _cache.Reset(100);

        _book.Load(new KeptPositions(100, Epoch.None, [new KeptPosition(_key, 40)]));

        Assert.Equal(40, _book.Find(_key)!.Next);
        Assert.False(_book.Find(_key)!.IsDrained);
        Assert.True(other.IsDrained);
        Assert.Equal([Chunks.Stream], _book.LaggingStreams);
        Assert.True(_book.TakeChanges().IsEmpty);
    }

    private void Read(long from, long end, long at)
    {
        var chunk = Chunks.With(from, end, (at, 1));
        _cache.AddNewest(chunk);
        _book.Wake(chunk);
    }

    private void Drain(Subscription subscription)
    {
        while (subscription.TryPrepare(_cache, Shape))
        {
            subscription.Take();
            subscription.Finish();
        }

        _book.Drained(subscription);
    }
}
