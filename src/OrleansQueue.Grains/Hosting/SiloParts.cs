using OrleansQueue.Broker;
using OrleansQueue.Contracts.Hosting;
using OrleansQueue.Grains.Topics;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Hosting;

/// <summary>Lends what the silo's broker has to other parts of OrleansQueue.</summary>
internal sealed class SiloParts(SiloBroker silo, OwnTopics topics, ILogEvents events) : ISiloParts
{
    public ILogStore Logs => silo.Logs;

    public ILogEvents Events => events;

    public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
        topics.OpenAsync(name, settings, cancellationToken);
}
