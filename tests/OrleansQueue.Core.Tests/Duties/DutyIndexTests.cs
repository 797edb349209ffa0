using OrleansQueue.Duties;

namespace OrleansQueue.Core.Tests.Duties;

/// <summary>Who must act is called when the time has come, again where it failed, and after a restart too.</summary>
public sealed class DutyIndexTests
{
    [Fact]
    public async Task Holders_are_called_when_their_time_has_come_the_longest_due_first()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("third", 3);
        await bench.SetAsync("first", 1);
        await bench.SetAsync("second", 2);
        await bench.SetAsync("later", 9);

        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty(await bench.RunAsync());

        Assert.Equal(["first", "second", "third"], bench.Called);
        Assert.Null(bench.Index.DueOf("first"));
        Assert.Equal(bench.In(6), bench.Index.DueOf("later"));
    }

    [Fact]
    public async Task Nobody_is_called_a_millisecond_too_early()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 1);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(999));
        await bench.RunAsync();
        Assert.Empty(bench.Called);

        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await bench.RunAsync();
        Assert.Equal(["holder"], bench.Called);
    }

    [Fact]
    public async Task No_more_are_called_at_a_time_than_asked_for()
    {
        var bench = await DutyBench.OpenAsync();
        for (var i = 0; i < 5; i++)
        {
            await bench.SetAsync($"{i}", i);
        }

        bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await bench.RunAsync(most: 2);
        Assert.Equal(["0", "1"], bench.Called);
        await bench.RunAsync(most: 2);
        Assert.Equal(["0", "1", "2", "3"], bench.Called);
    }

    [Fact]
    public async Task Holder_says_when_it_must_act_next()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 0);
        bench.OnRun = _ => Task.FromResult<Timestamp?>(bench.In(5));
        await bench.RunAsync();
        Assert.Equal(bench.In(5), bench.Index.DueOf("holder"));

        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        bench.OnRun = _ => Task.FromResult<Timestamp?>(null);
        await bench.RunAsync();
        await bench.RunAsync();
        Assert.Equal(2, bench.Called.Count);
        Assert.Null(bench.Index.DueOf("holder"));
    }

    [Fact]
    public async Task Duty_is_taken_away_and_put_off()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("gone", 1);
        await bench.SetAsync("put off", 1);
        await bench.Index.SetAsync("gone", null);
        await bench.SetAsync("put off", 5);

        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await bench.RunAsync();
        Assert.Empty(bench.Called);
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        await bench.RunAsync();
        Assert.Equal(["put off"], bench.Called);
    }

    [Fact]
    public async Task What_a_holder_set_while_it_ran_counts_and_not_what_it_answered()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 0);
        bench.OnRun = async holder =>
        {
            await bench.SetAsync(holder, 7);
            return null;
        };
        await bench.RunAsync();

        Assert.Equal(bench.In(7), bench.Index.DueOf("holder"));
    }

    [Fact]
    public async Task Holder_that_is_still_at_it_is_not_called_again() => await OneScheduler.RunAsync(async () =>
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("slow", 0);
        await bench.SetAsync("quick", 1);
        var done = new TaskCompletionSource<Timestamp?>();
        bench.OnRun = holder => holder == "slow" ? done.Task : Task.FromResult<Timestamp?>(null);

        var first = bench.RunAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync();
        Assert.Equal(["slow", "quick"], bench.Called);
        Assert.Null(bench.Index.NextCall);

        done.SetResult(bench.In(1));
        await first;
        Assert.Equal(bench.In(1), bench.Index.NextCall);
    });

    [Fact]
    public async Task Holder_that_failed_is_called_again_after_1_s_then_2_s_and_1_min_at_most()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 0);
        bench.OnRun = _ => throw new InvalidOperationException("not now");

        foreach (var wait in new[] { 1, 2, 4, 8, 16, 32, 60, 60, 60 })
        {
            var (holder, error) = Assert.Single(await bench.RunAsync());
            Assert.Equal(("holder", "not now"), (holder, error.Message));
            Assert.Equal(bench.In(wait), bench.Index.NextCall);

            bench.Clock.Advance(TimeSpan.FromSeconds(wait) - TimeSpan.FromMilliseconds(1));
            Assert.Empty(await bench.RunAsync());
            bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public async Task Success_begins_the_waits_anew()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 0);
        bench.OnRun = _ => throw new InvalidOperationException();
        await bench.RunAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.RunAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        bench.OnRun = _ => Task.FromResult<Timestamp?>(bench.Now);
        Assert.Empty(await bench.RunAsync());

        bench.OnRun = _ => throw new InvalidOperationException();
        Assert.Single(await bench.RunAsync());
        Assert.Equal(bench.In(1), bench.Index.NextCall);
    }

    [Fact]
    public async Task One_that_fails_holds_nobody_up()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("bad", 0);
        await bench.SetAsync("good", 0);
        bench.OnRun = holder => holder == "bad" ? throw new InvalidOperationException() : Task.FromResult<Timestamp?>(null);

        Assert.Equal("bad", Assert.Single(await bench.RunAsync()).Holder);
        Assert.Null(bench.Index.DueOf("good"));
        Assert.NotNull(bench.Index.DueOf("bad"));
    }

    [Fact]
    public async Task Next_call_is_the_earliest_that_is_due_or_tried_again()
    {
        var bench = await DutyBench.OpenAsync();
        Assert.Null(bench.Index.NextCall);
        await bench.SetAsync("late", 30);
        Assert.Equal(bench.In(30), bench.Index.NextCall);
        await bench.SetAsync("early", 10);
        await bench.SetAsync("failing", 0);
        Assert.Equal(bench.In(0), bench.Index.NextCall);

        bench.OnRun = _ => throw new InvalidOperationException();
        foreach (var wait in new[] { 1, 2, 4 })
        {
            await bench.RunAsync();
            Assert.Equal(bench.In(wait), bench.Index.NextCall);
            bench.Clock.Advance(TimeSpan.FromSeconds(wait));
        }

        // After 7 seconds the one that fails is put off behind the one that is due after 10.
        await bench.RunAsync();
        Assert.Equal(bench.In(3), bench.Index.NextCall);
    }

    [Fact]
    public async Task Duties_are_there_after_a_restart_and_failures_are_forgotten()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("a", 5);
        await bench.SetAsync("b", 0);
        await bench.SetAsync("c", 1);
        await bench.Index.SetAsync("c", null);
        bench.OnRun = _ => throw new InvalidOperationException();
        await bench.RunAsync();
        await bench.OpenAsync();

        Assert.Equal((bench.In(5), bench.In(0), null), (bench.Index.DueOf("a"), bench.Index.DueOf("b"), bench.Index.DueOf("c")));
        Assert.Equal(bench.In(0), bench.Index.NextCall);
    }

    [Fact]
    public async Task Journal_that_fails_is_thrown_and_is_no_failure_of_the_holder()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 0);
        bench.Store.OnAppend = () => throw new IOException("broken");
        await Assert.ThrowsAsync<IOException>(() => bench.RunAsync());
        Assert.Equal(["holder"], bench.Called);

        bench.Store.OnAppend = null;
        await bench.OpenAsync();
        Assert.Equal(bench.In(0), bench.Index.DueOf("holder"));
        Assert.Empty(await bench.RunAsync());
        Assert.Null(bench.Index.DueOf("holder"));
    }

    [Fact]
    public async Task Index_that_another_owner_opened_says_so()
    {
        var bench = await DutyBench.OpenAsync();
        var old = bench.Index;
        await bench.OpenAsync();

        var error = await Assert.ThrowsAsync<IOException>(() => old.SetAsync("holder", bench.Now).AsTask());
        Assert.Equal("The index of duties could not be written: Fenced.", error.Message);
    }

    [Fact]
    public async Task Setting_what_is_set_already_writes_nothing()
    {
        var bench = await DutyBench.OpenAsync();
        await bench.SetAsync("holder", 5);
        var appends = bench.Store.Appends.Count;
        await bench.SetAsync("holder", 5);
        await bench.Index.SetAsync("nobody", null);

        Assert.Equal(appends, bench.Store.Appends.Count);
    }

    [Fact]
    public async Task Many_duties_grow_into_snapshots_and_all_come_back()
    {
        var bench = await DutyBench.OpenAsync();
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 1_000; i++)
            {
                await bench.SetAsync($"holder of a partition with a name as long as those are {i:D5}", i + round);
            }
        }

        await bench.OpenAsync();
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(bench.In(i + 3), bench.Index.DueOf($"holder of a partition with a name as long as those are {i:D5}"));
        }
    }

    [Fact]
    public void Shards_of_holders_never_change()
    {
        // They are part of the stored form: a duty is looked for where it was put.
        Assert.Equal(16, DutyIndex.Shards);
        Assert.Equal((int)(0xE3069283 % 16), DutyIndex.ShardOf("123456789"));
    }
}
