using OrleansQueue.Streams.Delivery;
using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Tests.Events;

namespace OrleansQueue.Streams.Tests.Delivery;

public sealed class SubscriptionTests
{
    private static readonly EventShape Shape = new(100, IsSingly: false, TimeProvider.System, EventReaders.Default);

    private readonly EventCache _cache = new(1 << 20);
    private readonly Subscription _subscription = new(new SubscriptionKey(Guid.NewGuid(), Chunks.Stream));

    public SubscriptionTests() => _cache.Reset(0);

    [Fact]
    public void Events_come_in_batches_of_bytes_and_an_event_that_is_larger_alone()
    {
        _cache.AddNewest(Chunks.With(0, 10, (0, 40), (2, 40), (5, 40), (6, 300), (9, 1)));

        Assert.Equal([[0, 2], [5], [6], [9]], TakeAll());
        Assert.True(_subscription.IsDrained);
    }

    [Fact]
    public void Nothing_is_finished_before_the_next_step()
    {
        _cache.AddNewest(Chunks.With(0, 10, (3, 1)));
        Assert.True(_subscription.TryPrepare(_cache, Shape));
        Assert.NotNull(_subscription.Take());

        Assert.Equal(0, _subscription.Next);
        _subscription.Finish();
        Assert.Equal(4, _subscription.Next);
    }

    [Fact]
    public void Who_is_behind_the_memory_waits_and_skips_nothing()
    {
        _cache.Reset(50);
        _cache.AddNewest(Chunks.With(50, 60, (55, 1)));

        Assert.False(_subscription.TryPrepare(_cache, Shape));
        Assert.True(_subscription.IsWaiting);
        Assert.Equal(0, _subscription.Next);

        _cache.AddOlder(Chunks.With(0, 50, (7, 1)));
        Assert.Equal([[7], [55]], TakeAll());
    }

    [Fact]
    public void What_was_read_for_it_stays_though_memory_moves_on()
    {
        var tiny = new EventCache(1);
        tiny.Reset(50);
        tiny.AddOlder(Chunks.With(0, 10, (7, 1)));
        Assert.True(_subscription.TryPrepare(tiny, Shape));
        tiny.AddOlder(Chunks.With(10, 20, (12, 1)));

        Assert.Equal([7], _subscription.Take()!.Offsets);
    }

    [Fact]
    public void Batch_that_failed_comes_again_event_by_event_and_later_ones_together()
    {
        _cache.AddNewest(Chunks.With(0, 10, (0, 30), (1, 30), (2, 30)));
        _cache.AddNewest(Chunks.With(10, 20, (10, 30), (11, 30)));
        Assert.True(_subscription.TryPrepare(_cache, Shape));
        Assert.Equal(3, _subscription.Take()!.Offsets.Length);

        _subscription.DeliverSingly();

        Assert.Equal([[0], [1], [2], [10, 11]], TakeAll());
    }

    [Fact]
    public void Failures_are_counted_for_each_event()
    {
        _cache.AddNewest(Chunks.With(0, 10, (0, 200), (1, 200)));
        Assert.True(_subscription.TryPrepare(_cache, Shape));
        _subscription.Take();
        Assert.Equal(1, _subscription.CountFailure());
        Assert.Equal(2, _subscription.CountFailure());
        _subscription.Finish();
        Assert.True(_subscription.TryPrepare(_cache, Shape));
        _subscription.Take();

        Assert.Equal(1, _subscription.CountFailure());
    }

    [Fact]
    public void Who_has_finished_everything_goes_on_with_the_next_event_of_its_stream_and_reads_nothing_between()
    {
        Assert.False(_subscription.TryPrepare(_cache, Shape));
        Assert.True(_subscription.IsDrained);

        var tiny = new EventCache(1);
        tiny.Reset(1_000);
        tiny.AddNewest(Chunks.With(1_000, 1_010, (1_004, 1)));
        _subscription.Wake(1_004);

        Assert.True(_subscription.TryPrepare(tiny, Shape));
        Assert.Equal([1_004], _subscription.Take()!.Offsets);
    }

    [Fact]
    public void Who_is_held_is_given_nothing()
    {
        _cache.AddNewest(Chunks.With(0, 10, (0, 1)));
        _subscription.IsHeld = true;

        Assert.False(_subscription.TryPrepare(_cache, Shape));
        Assert.False(_subscription.IsDrained);
    }

    private List<long[]> TakeAll()
    {
        var taken = new List<long[]>();
        while (_subscription.TryPrepare(_cache, Shape))
        {
            taken.Add(_subscription.Take()!.Offsets);
            _subscription.Finish();
        }

        return taken;
    }
}
