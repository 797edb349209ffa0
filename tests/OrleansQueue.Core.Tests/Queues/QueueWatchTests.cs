using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

public sealed class QueueWatchTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    [Fact]
    public Task Who_watches_hears_of_messages_when_they_come() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        var watch = bench.Queue.WatchAsync(-1, Long, CancellationToken.None).AsTask();
        await Task.Yield();
        Assert.False(watch.IsCompleted);

        await bench.PublishAsync("a", "b");

        Assert.Equal(2, (await watch).Messages);
    });

    [Fact]
    public Task Who_was_told_of_messages_is_told_again_when_others_asked_for_them_or_a_while_later() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        await bench.PublishAsync("a", "b");
        await bench.LeaseAsync(1);
        var news = await bench.Queue.WatchAsync(-1, Long, CancellationToken.None);
        Assert.Equal(1, news.Messages);

        var again = bench.Queue.WatchAsync(news.Stamp, Long, CancellationToken.None).AsTask();
        await Task.Yield();
        Assert.False(again.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal(news, await again);

        again = bench.Queue.WatchAsync(news.Stamp, Long, CancellationToken.None).AsTask();
        await bench.PublishAsync("c");
        await bench.LeaseAsync(1);
        Assert.Equal(1, (await again).Messages);
    });

    [Fact]
    public Task Who_watches_hears_of_a_lease_and_of_a_backoff_that_are_over() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench(new QueueSettings { Backoff = TimeSpan.FromMilliseconds(500) });
        await bench.PublishAsync("a");
        var news = await bench.Queue.WatchAsync(-1, Long, CancellationToken.None);
        await bench.LeaseAsync();
        await AdvanceUntilAsync(bench, news.Stamp, TimeSpan.FromSeconds(30.3), TimeSpan.FromSeconds(30.7));
    });

    [Fact]
    public Task A_watch_ends_with_nothing_when_its_time_is_over_or_waits_are_ended() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench();
        var watch = bench.Queue.WatchAsync(-1, TimeSpan.FromMinutes(5), CancellationToken.None).AsTask();
        await Task.Yield();
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, (await watch).Messages);

        watch = bench.Queue.WatchAsync(-1, Long, CancellationToken.None).AsTask();
        await Task.Yield();
        bench.Queue.EndWaits();
        Assert.Equal(0, (await watch).Messages);
    });

    [Fact]
    public Task A_partition_that_was_silent_is_asked_again() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench { IsSilent = true };
        await bench.PublishAsync("a");
        var watch = bench.Queue.WatchAsync(-1, Long, CancellationToken.None).AsTask();
        await Task.Yield();
        bench.IsSilent = false;
        bench.Clock.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(1, (await watch).Messages);
    });

    [Fact]
    public Task A_paused_group_is_told_of_nothing() => OneScheduler.RunAsync(async () =>
    {
        await using var bench = new QueueBench { IsPaused = true };
        await bench.PublishAsync("a");
        var watch = bench.Queue.WatchAsync(-1, Long, CancellationToken.None).AsTask();
        await Task.Yield();
        bench.Clock.Advance(Long);

        Assert.Equal(0, (await watch).Messages);
    });

    private static async Task AdvanceUntilAsync(QueueBench bench, long stamp, TimeSpan soonest, TimeSpan latest)
    {
        var began = bench.Clock.GetTimestamp();
        var news = default(QueueNews);
        while (news.Messages == 0 && bench.Clock.GetElapsedTime(began) < latest)
        {
            var watch = bench.Queue.WatchAsync(stamp, Long, CancellationToken.None).AsTask();
            while (!watch.IsCompleted)
            {
                await Task.Yield();
                bench.Clock.Advance(TimeSpan.FromMilliseconds(10));
            }

            news = await watch;
        }

        Assert.Equal(1, news.Messages);
        Assert.InRange(bench.Clock.GetElapsedTime(began), soonest, latest);
    }
}
