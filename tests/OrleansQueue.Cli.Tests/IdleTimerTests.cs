using OrleansQueue.Cli.Commands;
using OrleansQueue.Testing;

namespace OrleansQueue.Cli.Tests;

/// <summary>How <c>--idle</c> counts.</summary>
public sealed class IdleTimerTests
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    private readonly TestClock _clock = new();

    [Fact]
    public void No_time_counts_before_the_first_start()
    {
        using var idle = new IdleTimer(After, _clock, CancellationToken.None);

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(idle.Token.IsCancellationRequested);

        idle.Restart();
        _clock.Advance(After);
        Assert.True(idle.Token.IsCancellationRequested);
    }

    [Fact]
    public void What_happens_starts_the_time_anew()
    {
        using var idle = new IdleTimer(After, _clock, CancellationToken.None);
        idle.Restart();
        _clock.Advance(After - TimeSpan.FromTicks(1));

        idle.Restart();
        _clock.Advance(After - TimeSpan.FromTicks(1));
        Assert.False(idle.Token.IsCancellationRequested);

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(idle.Token.IsCancellationRequested);
    }
}
