using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

public sealed class TenantTurnsTests
{
    [Fact]
    public void Whoever_got_the_fewest_is_next()
    {
        var turns = new TenantTurns();
        turns.Add(1, 10);
        turns.Add(1, 11);
        turns.Add(2, 20);
        Assert.Equal((2, 10), (turns.Active, turns.FirstReady));

        turns.Serve(1, 5);
        Assert.Equal(20, turns.FirstReady);
        turns.Serve(2, 6);
        Assert.Equal(10, turns.FirstReady);
        turns.Remove(1, 10);
        Assert.Equal(11, turns.FirstReady);
    }

    [Fact]
    public void Whoever_comes_later_or_comes_back_begins_where_the_others_are()
    {
        var turns = new TenantTurns();
        turns.Add(1, 10);
        turns.Serve(1, 1_000);
        turns.Add(2, 20);
        turns.Serve(2, 1);
        turns.Remove(2, 20);
        turns.Serve(1, 1_000);
        turns.Add(2, 21);

        turns.Serve(1, 1);
        Assert.Equal(21, turns.FirstReady);
        turns.Serve(2, 2);
        Assert.Equal(10, turns.FirstReady);
    }

    [Fact]
    public void Whoever_is_cut_short_is_still_owed_what_others_got_more()
    {
        var turns = new TenantTurns();
        turns.Add(1, 10);
        turns.Add(2, 20);
        turns.Serve(1, 100);
        turns.Serve(2, 60);
        turns.Remove(2, 20);
        turns.Add(2, 80);
        turns.Serve(2, 30);

        Assert.Equal(80, turns.FirstReady);
    }

    [Fact]
    public void Any_number_of_tenants_that_come_and_go_cost_no_memory()
    {
        var turns = new TenantTurns();
        for (var i = 1UL; i <= 10_000; i++)
        {
            turns.Add(i, (long)i);
            turns.Serve(i, 1);
            turns.Remove(i, (long)i);
        }

        Assert.Equal(0, turns.Active);
        Assert.InRange(turns.Known, 0, 1_025);
    }
}
