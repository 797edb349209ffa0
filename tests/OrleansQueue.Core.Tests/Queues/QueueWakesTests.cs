using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Groups;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>Who waits for messages is woken in turn, as many as there are messages, and nothing is asked for where nobody waits.</summary>
public sealed class QueueWakesTests : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TopicId Orders = new(new Guid(1, 0, 0, new byte[8]));

    private readonly ManualClock _clock = new();
    private readonly TestCursors _cursors = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, IReadOnlyList<TopicPartition>> _topics = new() { ["orders"] = [Of(0)] };
    private readonly QueueWakes _wakes;

    public QueueWakesTests() => _wakes = new QueueWakes(
        (partition, known, cancellationToken) => new(_cursors.WatchAsync(partition, known, cancellationToken)),
        topic => _topics.GetValueOrDefault(topic) ?? [],
        _clock,
        _ending.Token);

    public void Dispose() => _ending.Dispose();

    [Theory]
    [InlineData(7, "3,2,2")]
    [InlineData(6, "2,2,2")]
    [InlineData(3, "1,1,1")]
    [InlineData(2, "1,1,-")]
    [InlineData(1, "1,-,-")]
    public async Task Messages_are_shared_evenly_among_those_who_waited_longest(int messages, string shares) => await OneScheduler.RunAsync(async () =>
    {
        Task<IReadOnlyList<ReadyPartition>>[] waits = [Wait("a"), Wait("b"), Wait("c")];

        await _cursors.TellAsync(Of(0), messages, 1);

        Assert.Equal(shares, string.Join(',', waits.Select(wait => wait.IsCompleted ? $"{Assert.Single(wait.Result).Messages}" : "-")));
        Assert.All(waits.Where(wait => wait.IsCompleted), wait => Assert.Equal(Of(0), wait.Result[0].Partition));
    });

    [Fact]
    public async Task Woken_member_waits_no_more_and_stands_last_when_it_comes_again() => await OneScheduler.RunAsync(async () =>
    {
        var first = Wait("a");
        var second = Wait("b");
        await _cursors.TellAsync(Of(0), 1, 1);
        Assert.Single(await first);
        var again = Wait("a");

        await _cursors.TellAsync(Of(0), 1, 2);
        Assert.Single(await second);
        Assert.False(again.IsCompleted);
        await _cursors.TellAsync(Of(0), 1, 3);
        Assert.Single(await again);
    });

    [Fact]
    public async Task Question_names_the_stamp_of_the_news_that_woke_somebody() => await OneScheduler.RunAsync(async () =>
    {
        var first = Wait("a");
        var second = Wait("b");
        Assert.Equal([(Of(0), -1)], _cursors.Open);

        await _cursors.TellAsync(Of(0), 1, 17);
        Assert.Equal([(Of(0), 17)], _cursors.Open);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _cursors.TellAsync(Of(0), 0, 18);
        Assert.Equal([(Of(0), 17)], _cursors.Open);
        Assert.True(first.IsCompleted);
        Assert.False(second.IsCompleted);
    });

    [Fact]
    public async Task Each_partition_of_the_topics_that_somebody_reads_is_watched_once() => await OneScheduler.RunAsync(async () =>
    {
        _topics["orders"] = [Of(0), Of(1), Of(2)];
        _topics["mails"] = [Of(7)];
        var first = Wait("a");
        var second = Wait("b");
        Assert.Equal([Of(0), Of(1), Of(2)], _cursors.Open.Select(watch => watch.Partition));

        var third = Wait("c", "mails");
        Assert.Equal([Of(0), Of(1), Of(2), Of(7)], _cursors.Open.Select(watch => watch.Partition));
        await _cursors.TellAsync(Of(7), 9, 1);
        Assert.Equal([new ReadyPartition(Of(7), 9)], await third);
        Assert.False(first.IsCompleted || second.IsCompleted);
    });

    [Fact]
    public async Task Where_nobody_waits_watches_end_with_their_answers_and_nothing_is_held() => await OneScheduler.RunAsync(async () =>
    {
        _topics["orders"] = [Of(0), Of(1)];
        var wait = Wait("a");
        await _cursors.TellAsync(Of(0), 1, 1);
        Assert.Single(await wait);

        await _cursors.TellAsync(Of(1), 0, 1);
        Assert.Equal([(Of(0), 1)], _cursors.Open);
        Assert.Equal(1, _wakes.Watched);
        await _cursors.TellAsync(Of(0), 5, 2);

        Assert.Empty(_cursors.Open);
        Assert.Equal(0, _wakes.Watched);
        Assert.Equal(0, _clock.Waiting);
    });

    [Fact]
    public async Task Who_waits_again_before_the_watches_end_begins_none_anew_but_those_that_did() => await OneScheduler.RunAsync(async () =>
    {
        _topics["orders"] = [Of(0), Of(1), Of(2)];
        await WokenAsync(Wait("a"), Of(0), 3);
        await _cursors.TellAsync(Of(0), 2, 4);
        await _cursors.TellAsync(Of(1), 0, 0);
        var asked = _cursors.Asked;

        var again = Wait("a");

        // What came while nobody waited woke nobody, so it is asked for as if it had not been told.
        Assert.Equal([(Of(0), 3), (Of(1), -1), (Of(2), -1)], _cursors.Open.OrderBy(watch => watch.Partition.Partition.Number));
        Assert.Equal(asked + 2, _cursors.Asked);
        Assert.False(again.IsCompleted);
    });

    [Fact]
    public async Task Partition_that_cannot_be_asked_is_asked_again_after_a_tenth_of_a_second() => await OneScheduler.RunAsync(async () =>
    {
        _cursors.OnWatch = _ => throw new BrokerUnavailableException("gone");
        var wait = Wait("a");
        await AdvanceAsync(99);
        Assert.Equal(1, _cursors.Asked);

        _cursors.OnWatch = static _ => null;
        await AdvanceAsync(1);
        Assert.Equal(2, _cursors.Asked);
        await _cursors.TellAsync(Of(0), 1, 1);
        Assert.Single(await wait);
    });

    [Fact]
    public async Task Partition_that_has_no_news_without_waiting_is_not_asked_round_and_round() => await OneScheduler.RunAsync(async () =>
    {
        _cursors.OnWatch = _ => new QueueNews(0, 1);
        var wait = Wait("a");
        for (var turn = 0; turn < 10; turn++)
        {
            Assert.Equal(turn + 1, _cursors.Asked);
            await AdvanceAsync(100);
        }

        Assert.False(wait.IsCompleted);
    });

    [Fact]
    public async Task Wait_ends_at_its_time_with_nothing_and_counts_no_more() => await OneScheduler.RunAsync(async () =>
    {
        var first = Wait("a");
        await AdvanceAsync(1);
        var second = Wait("b");
        await AdvanceAsync(4_998);
        Assert.False(first.IsCompleted);
        await AdvanceAsync(1);
        Assert.Empty(await first);

        await _cursors.TellAsync(Of(0), 4, 1);
        Assert.Equal([new ReadyPartition(Of(0), 4)], await second);
    });

    [Fact]
    public async Task End_of_all_waits_ends_them_and_the_watches_at_once() => await OneScheduler.RunAsync(async () =>
    {
        Task<IReadOnlyList<ReadyPartition>>[] waits = [Wait("a"), Wait("b")];

        _ending.Cancel();
        await TestCursors.QuietAsync();

        Assert.All(waits, wait => Assert.Empty(wait.Result));
        Assert.Empty(_cursors.Open);
    });

    [Fact]
    public async Task Cancelled_wait_says_so_and_takes_no_messages() => await OneScheduler.RunAsync(async () =>
    {
        using var cancelling = new CancellationTokenSource();
        var first = _wakes.WaitAsync(new GroupMember("a", new Generation(1)), ["orders"], Longest, cancelling.Token);
        var second = Wait("b");
        cancelling.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);

        await _cursors.TellAsync(Of(0), 4, 1);
        Assert.Equal([new ReadyPartition(Of(0), 4)], await second);
    });

    [Fact]
    public async Task Later_wait_of_a_member_takes_the_place_of_the_earlier_one() => await OneScheduler.RunAsync(async () =>
    {
        var earlier = Wait("a");
        var later = Wait("a");

        Assert.Empty(await earlier);
        await _cursors.TellAsync(Of(0), 4, 1);
        Assert.Equal([new ReadyPartition(Of(0), 4)], await later);
    });

    [Fact]
    public async Task Partitions_that_come_are_watched_and_those_that_go_are_not() => await OneScheduler.RunAsync(async () =>
    {
        _topics["mails"] = [Of(7)];
        var wait = Wait("a", "orders", "mails");
        _topics["orders"] = [Of(0), Of(1)];
        _topics.Remove("mails");

        _wakes.Revise();
        await TestCursors.QuietAsync();

        Assert.Equal([Of(0), Of(1)], _cursors.Open.Select(watch => watch.Partition));
        await _cursors.TellAsync(Of(1), 4, 1);
        Assert.Equal([new ReadyPartition(Of(1), 4)], await wait);
    });

    [Fact]
    public async Task Partitions_whose_news_are_there_at_once_wake_as_many_as_wait_and_end() => await OneScheduler.RunAsync(async () =>
    {
        _topics["orders"] = [Of(0), Of(1), Of(2)];
        _cursors.OnWatch = _ => new QueueNews(8, 1);

        Assert.Equal([new ReadyPartition(Of(0), 8)], await Wait("a"));
        await TestCursors.QuietAsync();

        Assert.InRange(_cursors.Asked, 1, 4);
        Assert.Equal(0, _wakes.Watched);
    });

    private static TopicPartition Of(int number) => new(Orders, new Partition(number));

    private Task<IReadOnlyList<ReadyPartition>> Wait(string member, params string[] topics) =>
        _wakes.WaitAsync(new GroupMember(member, new Generation(1)), topics.Length == 0 ? ["orders"] : topics, Longest, CancellationToken.None);

    private async Task WokenAsync(Task<IReadOnlyList<ReadyPartition>> wait, TopicPartition by, long stamp)
    {
        await _cursors.TellAsync(by, 1, stamp);
        Assert.Single(await wait);
    }

    private async Task AdvanceAsync(int milliseconds)
    {
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        await TestCursors.QuietAsync();
    }
}
