using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>The answer to a commit is lost, so its member makes it again.</summary>
public sealed class RepeatedCommitTests
{
    [Fact]
    public async Task Commit_that_is_made_again_is_taken_and_writes_nothing()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        await AssertTakenAsync(member, 20);
        var writes = bench.Store.Appends.Count;

        await AssertTakenAsync(member, 20);

        Assert.Equal(writes, bench.Store.Appends.Count);
        Assert.Equal(new Offset(20), await CommittedAsync(bench));
    }

    [Fact]
    public async Task Commit_that_an_owner_kept_before_it_died_is_taken_again_by_the_next_one()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        await AssertTakenAsync(member, 20);
        await bench.RestartAsync();

        await AssertTakenAsync(member, 20);
        Assert.Equal(new Offset(20), await CommittedAsync(bench));

        // One that was on its way longer than the next one comes too late to take anything back.
        await AssertTakenAsync(member, 30);
        await AssertTakenAsync(member, 20);
        Assert.Equal(new Offset(30), await CommittedAsync(bench));
    }

    [Fact]
    public async Task Commit_at_the_start_of_a_log_where_no_epoch_is_known_is_not_taken_back_by_an_older_one()
    {
        var bench = await GroupBench.OpenAsync();
        var member = await bench.JoinAsync("member");
        await member.BeatAsync();
        var atStart = new Commit(bench.At(0, 30) with { Epoch = Epoch.None }, member.SinceOf(0));
        await bench.Group.CommitAsync(new CommitRequest("billing", new Committer.Member(member.Who), [atStart]), default);

        await AssertTakenAsync(member, 20);
        Assert.Equal(new Offset(30), await CommittedAsync(bench));
    }

    private static async Task AssertTakenAsync(TestMember member, long offset) =>
        Assert.Empty(Assert.IsType<CommitResult.Committed>(await member.CommitAsync(0, offset)).Refusals);

    private static async Task<Offset> CommittedAsync(GroupBench bench) => (await bench.Group.DescribeAsync(default))!.Partitions[0].Committed.Offset;
}
