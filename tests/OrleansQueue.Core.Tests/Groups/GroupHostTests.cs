using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>A group and what is known of it elsewhere stay in step, and it is opened when it is needed and only then.</summary>
public sealed class GroupHostTests
{
    private static readonly string[] Orders = ["orders"];

    [Fact]
    public async Task Name_that_no_group_has_is_answered_without_a_journal()
    {
        var bench = new GroupHostBench();

        Assert.Null(await bench.Host.DescribeAsync(default));
        Assert.False(await bench.Host.PauseAsync());
        Assert.False(await bench.Host.DeleteAsync(default));
        Assert.IsType<JoinResult.UnknownGroup>(await bench.Host.JoinAsync(new JoinRequest("billing", "a", Orders) { Create = null }, default));
        Assert.IsType<HeartbeatResult.UnknownGroup>(await bench.BeatAsync(new GroupMember("a", new Generation(1))));
        Assert.Null(await bench.Host.ReadPositionsAsync([]));
        Assert.Null(await bench.Host.RunDutyAsync(default));
        Assert.Equal(0, bench.Openings);
    }

    [Fact]
    public async Task Group_is_named_before_it_is_there_and_until_after_it_is_gone()
    {
        var bench = new GroupHostBench();
        bench.OnChange = async change => bench.Seen.Add($"{change}, there: {await bench.IsJournaledAsync()}");

        Assert.IsType<CreateGroupResult.Created>(await bench.Host.CreateAsync(new GroupSettings(), Orders, default));
        Assert.IsType<CreateGroupResult.Exists>(await bench.Host.CreateAsync(new GroupSettings(), Orders, default));
        await bench.JoinAsync("a");
        Assert.True(await bench.Host.DeleteAsync(default));
        Assert.False(await bench.Host.DeleteAsync(default));

        Assert.Equal(["put, there: False", "removed, there: False"], bench.Seen);
        Assert.Null(await bench.Host.DescribeAsync(default));
        Assert.IsType<CreateGroupResult.Created>(await bench.Host.CreateAsync(new GroupSettings(), Orders, default));
        Assert.Contains("billing", bench.Named);
    }

    [Fact]
    public async Task Creation_that_is_refused_leaves_no_name()
    {
        var bench = new GroupHostBench();

        Assert.IsType<CreateGroupResult.UnknownTopic>(await bench.Host.CreateAsync(new GroupSettings(), ["nowhere"], default));
        Assert.IsType<JoinResult.UnknownTopic>(await bench.Host.JoinAsync(new JoinRequest("billing", "a", ["nowhere"]), default));
        Assert.IsType<JoinResult.Refused>(await bench.Host.JoinAsync(new JoinRequest("billing", "", Orders), default));
        Assert.IsType<CreateGroupResult.Refused>(await bench.Host.CreateAsync(new GroupSettings { Kind = (GroupKind)2 }, Orders, default));

        Assert.Empty(bench.Named);
    }

    [Fact]
    public async Task Name_that_was_left_by_a_creation_cut_short_goes_when_it_is_noticed()
    {
        var bench = new GroupHostBench();
        bench.Named.Add("billing");

        Assert.Null(await bench.Host.DescribeAsync(default));

        Assert.Empty(bench.Named);
    }

    [Fact]
    public async Task Many_first_calls_open_the_journal_once() => await OneScheduler.RunAsync(async () =>
    {
        var bench = new GroupHostBench();
        await bench.Host.CreateAsync(new GroupSettings(), Orders, default);
        await bench.RestartAsync();
        bench.Openings = 0;

        var calls = Enumerable.Range(0, 50).Select(i => bench.Host.JoinAsync(new JoinRequest("billing", $"{i}", Orders), default).AsTask()).ToList();
        Assert.All(await Task.WhenAll(calls), result => Assert.IsType<JoinResult.Joined>(result));

        Assert.Equal(1, bench.Openings);
    });

    [Fact]
    public async Task Owner_that_was_fenced_answers_nobody_that_the_group_is_gone() => await OneScheduler.RunAsync(async () =>
    {
        var bench = new GroupHostBench();
        var member = await bench.JoinAsync("a");
        var known = Assert.IsType<HeartbeatResult.Assigned>(await bench.BeatAsync(member));
        var waiting = bench.BeatAsync(member, known.Generation, TimeSpan.FromSeconds(5));
        await using var other = await bench.OpenOtherAsync();

        await Assert.ThrowsAsync<IOException>(() => bench.Host.PauseAsync().AsTask());
        await Assert.ThrowsAsync<IOException>(() => waiting);
        Assert.True(bench.Host.IsLost);

        // The next call opens it again, where it was.
        Assert.IsType<HeartbeatResult.Assigned>(await bench.BeatAsync(member, known.Generation));
        Assert.Contains("billing", bench.Named);
    });

    [Fact]
    public async Task Deletion_tells_those_who_wait() => await OneScheduler.RunAsync(async () =>
    {
        var bench = new GroupHostBench();
        var member = await bench.JoinAsync("a");
        var known = Assert.IsType<HeartbeatResult.Assigned>(await bench.BeatAsync(member));
        var waiting = bench.BeatAsync(member, known.Generation, TimeSpan.FromSeconds(5));

        Assert.True(await bench.Host.DeleteAsync(default));

        Assert.IsType<HeartbeatResult.UnknownGroup>(await waiting);
        Assert.False(bench.Host.IsLost);
        Assert.Empty(bench.Named);
    });

    [Fact]
    public async Task End_of_waits_holds_for_a_group_that_is_opened_later()
    {
        var bench = new GroupHostBench();
        bench.Host.EndWaits();
        var member = await bench.JoinAsync("a");
        var known = Assert.IsType<HeartbeatResult.Assigned>(await bench.BeatAsync(member));

        // The clock stands still, so nothing else could end it.
        Assert.IsType<HeartbeatResult.Unchanged>(await bench.BeatAsync(member, known.Generation, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Ephemeral_group_leaves_word_of_its_end_before_it_is_there_and_again_only_where_it_comes_earlier()
    {
        var bench = new GroupHostBench();
        bench.OnChange = change =>
        {
            bench.Seen.Add(change);
            return Task.CompletedTask;
        };
        await bench.Host.CreateAsync(new GroupSettings { Ephemeral = true }, Orders, default);
        var end = Timestamp.Now(bench.Inner.Clock).Plus(TimeSpan.FromHours(1));
        Assert.Equal(["put", $"due {end.UnixMilliseconds}"], bench.Seen);

        var member = await bench.JoinAsync("a");
        bench.Inner.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.BeatAsync(member);
        Assert.True(await bench.Host.LeaveAsync(member));
        Assert.Equal(2, bench.Seen.Count);

        bench.Inner.Clock.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(end.Plus(TimeSpan.FromSeconds(1)), await bench.Host.RunDutyAsync(default));
        bench.Inner.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await bench.Host.RunDutyAsync(default));
        Assert.Empty(bench.Named);
        Assert.Null(await bench.Host.DescribeAsync(default));
    }
}
