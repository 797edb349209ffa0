namespace OrleansQueue.Broker;

/// <summary>
/// When a queue group that fails at most of what it does is paused, instead of wearing out the attempts of every message: a service that it needs
/// is down. After the pause one message is tried; if that succeeds the group goes on, else it is paused again. What counts is what the members
/// of the group settle together: completed, against abandoned or dead-lettered. A lease that runs out counts as neither: a worker that dies with
/// hundreds of messages says nothing of them.
/// </summary>
public sealed record BreakerSettings
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>Which part of the deliveries within <see cref="Window"/> must have failed. Default: 0.5; more than 0, at most 1.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>How many deliveries must have ended within <see cref="Window"/>, so that a few failures of a quiet group pause nothing. Default: 20; 1 to 10,000.</summary>
    public int LeastDeliveries { get; init; } = 20;

    /// <summary>For how long the end of a delivery counts. Default: 30 s; 1 s to 10 min.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the group is paused before one message is tried. Default: 30 s; 1 s to 1 h.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether deliveries that ended within <see cref="Window"/> pause the group.</summary>
    internal bool IsReached(long failed, long ended) => ended >= LeastDeliveries && failed >= FailureRatio * ended;

    /// <summary>What is wrong with the settings, or null.</summary>
    public Refusal? Check() => this switch
    {
        { FailureRatio: not (> 0 and <= 1) } => Refusal.OfText("breaker failure ratio", FailureRatio.ToString(System.Globalization.CultureInfo.InvariantCulture), "more than 0, at most 1"),
        { LeastDeliveries: < 1 or > 10_000 } => Refusal.Of("breaker least deliveries", LeastDeliveries, "1 to 10000"),
        _ when Window < Shortest || Window > LongestWindow => Refusal.OfText("breaker window", Window.ToString(), $"{Shortest} to {LongestWindow}"),
        _ when Pause < Shortest || Pause > LongestPause => Refusal.OfText("breaker pause", Pause.ToString(), $"{Shortest} to {LongestPause}"),
        _ => null,
    };
}
