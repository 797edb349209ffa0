namespace OrleansQueue.Testing.Tests;

/// <summary>A clock that moves only when the test says so, with its timers.</summary>
public sealed class TestClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TestClock _clock = new();
    private readonly List<string> _ran = [];

    [Fact]
    public void Clock_stands_still_until_it_is_moved()
    {
        var start = new DateTimeOffset(2030, 5, 6, 7, 8, 9, TimeSpan.FromHours(2));
        var clock = new TestClock(start);
        Assert.Equal(start, clock.GetUtcNow());
        Assert.Equal(start, clock.GetUtcNow());

        var began = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromMilliseconds(1_500));
        Assert.Equal(start.AddMilliseconds(1_500), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromMilliseconds(1_500), clock.GetElapsedTime(began));
        Assert.Equal(TimeZoneInfo.Utc, clock.LocalTimeZone);
    }

    [Fact]
    public void Clock_begins_at_the_same_time_for_everybody() => Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new TestClock().GetUtcNow());

    [Fact]
    public void Clock_does_not_go_back() => Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));

    [Fact]
    public void Timer_runs_once_at_its_time_and_not_before()
    {
        using var timer = Set("a", Second, Timeout.InfiniteTimeSpan);
        _clock.Advance(Second - TimeSpan.FromTicks(1));
        Assert.Empty(_ran);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["a 1"], _ran);
        _clock.Advance(10 * Second);
        Assert.Single(_ran);
    }

    [Fact]
    public void Periodic_timer_runs_once_a_period_however_far_the_clock_is_moved()
    {
        using var timer = Set("a", Second, 2 * Second);
        _clock.Advance(6 * Second);
        Assert.Equal(["a 1", "a 3", "a 5"], _ran);
        _clock.Advance(Second);
        Assert.Equal("a 7", _ran[^1]);
    }

    [Fact]
    public void Timers_run_in_the_order_of_their_times_and_then_in_that_in_which_they_were_set()
    {
        using var third = Set("third", 3 * Second, Timeout.InfiniteTimeSpan);
        using var first = Set("first", Second, Timeout.InfiniteTimeSpan);
        using var second = Set("second", 3 * Second, Timeout.InfiniteTimeSpan);
        using var often = Set("often", 2 * Second, Second);
        _clock.Advance(4 * Second);

        Assert.Equal(["first 1", "often 2", "third 3", "second 3", "often 3", "often 4"], _ran);
        Assert.Equal(4, (_clock.GetUtcNow() - new TestClock().GetUtcNow()).TotalSeconds);
    }

    [Fact]
    public void Timer_that_is_set_to_run_at_once_runs_with_the_next_move()
    {
        using var timer = Set("a", TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Empty(_ran);
        _clock.Advance(TimeSpan.Zero);
        Assert.Equal(["a 0"], _ran);
    }

    [Fact]
    public void Timer_that_is_set_by_another_runs_on_the_way_too()
    {
        ITimer? inner = null;
        using var outer = _clock.CreateTimer(_ => inner = Set("inner", Second, Timeout.InfiniteTimeSpan), null, Second, Timeout.InfiniteTimeSpan);
        _clock.Advance(5 * Second);

        Assert.Equal(["inner 2"], _ran);
        inner!.Dispose();
    }

    [Fact]
    public void Timer_may_be_changed_stopped_and_set_again()
    {
        using var timer = Set("a", Second, Second);
        Assert.True(timer.Change(3 * Second, Timeout.InfiniteTimeSpan));
        _clock.Advance(5 * Second);
        Assert.Equal(["a 3"], _ran);

        timer.Change(Second, Second);
        timer.Change(Timeout.InfiniteTimeSpan, Second);
        _clock.Advance(5 * Second);
        Assert.Single(_ran);
    }

    [Fact]
    public async Task Timer_that_is_disposed_of_runs_no_more()
    {
        var timer = Set("a", Second, Second);
        _clock.Advance(Second);
        await timer.DisposeAsync();
        Assert.False(timer.Change(Second, Second));
        _clock.Advance(5 * Second);
        Assert.Single(_ran);
    }

    [Fact]
    public void Timer_may_stop_itself_and_move_the_clock()
    {
        ITimer? timer = null;
        timer = _clock.CreateTimer(
            _ =>
            {
                _ran.Add("x");
                timer!.Dispose();
                _clock.Advance(10 * Second);
            },
            null,
            Second,
            Second);
        _clock.Advance(2 * Second);

        Assert.Equal(["x"], _ran);
        Assert.Equal(11, (_clock.GetUtcNow() - new TestClock().GetUtcNow()).TotalSeconds);
    }

    [Fact]
    public void Times_that_no_timer_takes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Set("a", TimeSpan.FromMilliseconds(-2), Second));
        Assert.Throws<ArgumentOutOfRangeException>(() => Set("a", Second, TimeSpan.FromMilliseconds(-2)));
    }

    [Fact]
    public async Task Waits_of_the_framework_take_their_time_from_it()
    {
        var never = new TaskCompletionSource().Task;
        var waiting = never.WaitAsync(TimeSpan.FromDays(1), _clock);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromDays(2), _clock);
        using var periodic = new PeriodicTimer(TimeSpan.FromDays(3), _clock);
        var tick = periodic.WaitForNextTickAsync();

        _clock.Advance(TimeSpan.FromDays(1));
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.False(cancelled.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(cancelled.IsCancellationRequested);
        Assert.False(tick.IsCompleted);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.True(await tick);
    }

    [Fact]
    public async Task Several_threads_may_move_it_and_no_move_is_lost()
    {
        var ticks = 0;
        using var timer = _clock.CreateTimer(_ => Interlocked.Increment(ref ticks), null, Second, Second);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                _clock.Advance(Second);
            }
        })));

        Assert.Equal(800, ticks);
        Assert.Equal(800, (_clock.GetUtcNow() - new TestClock().GetUtcNow()).TotalSeconds);
    }

    /// <summary>A timer that notes its name and how many seconds the clock has gone.</summary>
    private ITimer Set(string name, TimeSpan due, TimeSpan period) => _clock.CreateTimer(
        _ => _ran.Add(FormattableString.Invariant($"{name} {(_clock.GetUtcNow() - new TestClock().GetUtcNow()).TotalSeconds}")), null, due, period);
}
