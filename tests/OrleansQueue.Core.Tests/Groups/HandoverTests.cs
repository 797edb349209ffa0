using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>How a partition goes from one member to another, and how long the first may keep it.</summary>
public sealed class HandoverTests
{
    [Fact]
    public async Task A_partition_that_is_not_released_in_time_is_taken_and_late_commits_are_refused()
    {
        var bench = await GroupBench.OpenAsync();
        var slow = await bench.JoinAsync("slow");
        await slow.BeatAsync();
        var fresh = await bench.JoinAsync("fresh");
        await slow.BeatAsync(holdsOn: true);
        await slow.BeatAsync(holdsOn: true);
        await fresh.BeatAsync();
        Assert.Equal([0, 1], slow.Numbers);
        Assert.Empty(fresh.Has);

        for (var second = 0; second < 30; second += 10)
        {
            Assert.IsType<CommitResult.Committed>(await slow.CommitAsync(3, 20 + second, new Generation(3)));
            bench.Clock.Advance(TimeSpan.FromSeconds(10));
            await slow.BeatAsync(holdsOn: true);
            await fresh.BeatAsync();
        }

        Assert.Equal([2, 3], fresh.Numbers);
        var refusal = Assert.Single(Assert.IsType<CommitResult.Committed>(await slow.CommitAsync(3, 90, new Generation(3))).Refusals);
        Assert.Equal(CommitRefusalReason.NotOwner, refusal.Reason);
        Assert.Equal(new Offset(40), fresh.Has.Single(partition => partition.Start.Partition.Number == 3).Start.Offset);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_member_that_hears_nothing_keeps_a_partition_as_long_as_it_may_believe_to_be_a_member(bool restarts)
    {
        var bench = await GroupBench.OpenAsync();
        var deaf = await bench.JoinAsync(new JoinRequest("billing", "deaf", ["orders"]) { ReleaseTimeout = TimeSpan.FromSeconds(1) });
        await deaf.BeatAsync();
        var fresh = await bench.JoinAsync("fresh");
        await (restarts ? bench.RestartAsync() : Task.CompletedTask);

        // What it sends arrives, the answers are lost; after a session it gives up everything by itself, after half of one more an earlier owner has fallen silent too.
        var request = new HeartbeatRequest("billing", deaf.Who, deaf.Known);
        for (var second = 0; second < 46; second++)
        {
            await bench.Group.HeartbeatAsync(request, default);
            await fresh.BeatAsync();
            Assert.Empty(fresh.Has);
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await fresh.BeatAsync();
        Assert.Equal([2, 3], fresh.Numbers);
    }

    [Fact]
    public async Task A_restart_in_the_middle_of_a_hand_over_ends_with_everything_read_by_one()
    {
        var bench = await GroupBench.OpenAsync(8);
        var first = await bench.JoinAsync("first");
        await first.BeatAsync();
        var second = await bench.JoinAsync("second");
        await first.BeatAsync();

        await bench.RestartAsync();
        for (var round = 0; round < 3; round++)
        {
            await first.BeatAsync();
            await second.BeatAsync();
        }

        Assert.Equal(4, first.Has.Count);
        Assert.Equal(Enumerable.Range(0, 8), first.Numbers.Concat(second.Numbers).Order());
    }

    [Fact]
    public async Task A_partition_that_comes_back_to_its_owner_in_the_middle_of_a_hand_over_is_told_to_it()
    {
        var bench = await GroupBench.OpenAsync(2);
        var first = await bench.JoinAsync("first");
        await first.BeatAsync();
        var second = await bench.JoinAsync("second");
        await first.BeatAsync(holdsOn: true);
        Assert.Single(first.Has);

        await bench.Group.LeaveAsync(second.Who);

        Assert.IsType<HeartbeatResult.Assigned>(await first.BeatAsync());
        Assert.Equal([0, 1], first.Numbers);
    }
}
