using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Tests;

/// <summary>Virtual time, turns, and processes that end or stand still.</summary>
public sealed class WorldTests
{
    [Fact]
    public Task Time_jumps_to_what_is_next_and_code_comes_back_to_its_actor() => OnThreadAsync(() =>
    {
        var world = new World(1, keepsText: false);
        var process = new Process(world, "process");
        var actor = process.NewActor("actor");
        var at = new List<long>();
        actor.Start(async () =>
        {
            await world.WaitAsync(TimeSpan.FromHours(1), process);
            Assert.Same(actor, world.Running);
            at.Add(world.Now);
        });
        Assert.True(world.RunUntil(() => at.Count != 0, TimeSpan.FromDays(1)));
        Assert.Equal([TimeSpan.FromHours(1).Ticks], at);
    });

    [Fact]
    public Task A_process_that_died_never_goes_on() => OnThreadAsync(() =>
    {
        var world = new World(1, keepsText: false);
        var process = new Process(world, "process");
        var went = false;
        process.NewActor("actor").Start(async () =>
        {
            await world.WaitAsync(TimeSpan.FromSeconds(1), process);
            went = true;
        });
        world.After(TimeSpan.FromSeconds(0.5), null, () => process.Die("dies"));
        Assert.False(world.RunUntil(() => went, TimeSpan.FromMinutes(1)));
    });

    [Fact]
    public Task A_process_that_stands_still_goes_on_late() => OnThreadAsync(() =>
    {
        var world = new World(1, keepsText: false);
        var process = new Process(world, "process");
        var at = 0L;
        process.NewActor("actor").Start(async () =>
        {
            await world.WaitAsync(TimeSpan.FromSeconds(1), process);
            at = world.Now;
        });
        world.After(TimeSpan.FromSeconds(0.5), null, process.Pause);
        world.After(TimeSpan.FromSeconds(30), null, process.Resume);
        Assert.True(world.RunUntil(() => at != 0, TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromSeconds(30).Ticks, at);
    });

    [Fact]
    public Task A_clock_that_jumps_moves_neither_timestamps_nor_timers() => OnThreadAsync(() =>
    {
        var world = new World(1, keepsText: false);
        var process = new Process(world, "process");
        var rang = false;
        using var timer = process.Clock.CreateTimer(_ => rang = true, null, TimeSpan.FromSeconds(10), Timeout.InfiniteTimeSpan);
        var before = process.Clock.GetUtcNow();
        process.Clock.Skew = TimeSpan.FromHours(-1);
        Assert.Equal(before - TimeSpan.FromHours(1), process.Clock.GetUtcNow());
        Assert.Equal(0, process.Clock.GetTimestamp());
        Assert.False(world.RunUntil(() => rang, TimeSpan.FromSeconds(9)));
        Assert.True(world.RunUntil(() => rang, TimeSpan.FromSeconds(1)));
    });

    [Fact]
    public Task Code_that_leaves_the_thread_breaks_the_run() => OnThreadAsync(() =>
    {
        var world = new World(1, keepsText: false);
        var thread = new Thread(() => Assert.Throws<InvalidOperationException>(world.CheckThread));
        thread.Start();
        thread.Join();
        Assert.StartsWith("code ran on another thread", world.Broken, StringComparison.Ordinal);
    });

    /// <summary>A world belongs to the thread that made it, and that must have no synchronization context.</summary>
    private static Task OnThreadAsync(Action test)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                test();
                done.SetResult();
            }
            catch (Exception error)
            {
                // A failed assertion belongs to the test.
                done.SetException(error);
            }
        }).Start();
        return done.Task;
    }
}
