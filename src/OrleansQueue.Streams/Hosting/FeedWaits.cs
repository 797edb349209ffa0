using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;
using OrleansQueue.Streams.Agents;

namespace OrleansQueue.Streams.Hosting;

/// <summary>Ends the waits of a provider's agents when the silo stops, just before the agents are told: they would hold it up.</summary>
internal sealed class FeedWaits(IServiceProvider services, string provider) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>When agents begin and end: while the silo's grains are there, and before it hands its partitions over.</summary>
    public const int AgentStage = ServiceLifecycleStage.Active + 2;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(FeedWaits), AgentStage + 1, static _ => Task.CompletedTask, End);

    private Task End(CancellationToken cancellationToken)
    {
        foreach (var feed in ((StreamAdapterFactory)services.GetRequiredKeyedService<IQueueAdapterFactory>(provider)).Feeds.All)
        {
            feed.EndWait();
        }

        return Task.CompletedTask;
    }
}
