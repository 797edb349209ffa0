using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Groups;
using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>Somebody sets the silo's clock by an hour: a session lasts as long as ever.</summary>
public sealed class ClockJumpTests
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Session_ends_neither_earlier_nor_later(int hours)
    {
        var bench = await GroupBench.OpenAsync();
        var clock = new JumpingClock(bench.Clock);
        var group = await GroupServer.OpenAsync("shipping", bench.Store, bench, new GroupServerOptions(), clock, NoLogEvents.Instance, CancellationToken.None);
        var member = Assert.IsType<JoinResult.Joined>(await group.JoinAsync(new JoinRequest("shipping", "member", ["orders"]), default)).Member;
        Task<HeartbeatResult> BeatAsync() => group.HeartbeatAsync(new HeartbeatRequest("shipping", member, Generation.None), default).AsTask();
        Assert.IsType<HeartbeatResult.Assigned>(await BeatAsync());

        clock.Skew = TimeSpan.FromHours(hours);
        bench.Clock.Advance(Session - TimeSpan.FromSeconds(1));
        Assert.IsType<HeartbeatResult.Assigned>(await BeatAsync());

        clock.Skew = TimeSpan.Zero;
        bench.Clock.Advance(Session + TimeSpan.FromSeconds(1));

        // Silence is noticed when somebody else is there to take the partitions.
        await group.JoinAsync(new JoinRequest("shipping", "another", ["orders"]), default);
        Assert.IsType<HeartbeatResult.UnknownMember>(await BeatAsync());
    }

    /// <summary>A clock whose time of day is off, while what it measures is right, as that of a machine whose clock is set.</summary>
    private sealed class JumpingClock(ManualClock inner) : TimeProvider
    {
        public TimeSpan Skew { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Skew;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            inner.CreateTimer(callback, state, dueTime, period);
    }
}
