using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansQueue.Topics;

namespace OrleansQueue.Client;

/// <summary>What holds for all that a <see cref="BrokerClient"/> opens.</summary>
public sealed record ClientOptions
{
    /// <summary>How long opening and reading wait through an outage before they give up. Default: 30 s, the time that a cluster needs to start or to notice a dead silo.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one call to the broker may take until its outcome counts as unknown. Default: 10 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often the number of a topic's partitions is asked for. Default: 30 s. For that long after a topic grew, a partition
    /// that was added may stay unused, and producers may differ about where a key goes.
    /// </summary>
    public TimeSpan TopicRefresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a topic that does not exist is created when a producer is opened, also where the broker would not do so. Default: false, since a mistyped name would go unnoticed.</summary>
    public bool AutoCreateTopics { get; init; }

    /// <summary>The settings of topics created so. Default: those of <see cref="TopicSettings"/>.</summary>
    public TopicSettings NewTopics { get; init; } = new();

    /// <summary>Where the client's own work runs. Default: the thread pool. A simulation puts one that it drives itself in its place.</summary>
    public TaskScheduler Scheduler { get; init; } = TaskScheduler.Default;

    /// <summary>Where consumers tell what befalls them. Default: nowhere.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => this switch
    {
        _ when ConnectTimeout < TimeSpan.Zero => Refusal.OfText("connect timeout", ConnectTimeout.ToString(), "0 or more"),
        _ when CallTimeout <= TimeSpan.Zero => Refusal.OfText("call timeout", CallTimeout.ToString(), "more than 0"),
        _ when TopicRefresh <= TimeSpan.Zero => Refusal.OfText("topic refresh", TopicRefresh.ToString(), "more than 0"),
        _ => NewTopics.Check(),
    };
}
