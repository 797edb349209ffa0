using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Hosting;

/// <summary>What other parts of OrleansQueue on a silo need of the broker there.</summary>
internal interface ISiloParts
{
    /// <summary>The logs of the silo, which are open while its grains are.</summary>
    ILogStore Logs { get; }

    /// <summary>Who is told what befalls logs.</summary>
    ILogEvents Events { get; }

    /// <summary>Finds a topic of the broker's own, or creates it with these settings.</summary>
    ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken);
}
