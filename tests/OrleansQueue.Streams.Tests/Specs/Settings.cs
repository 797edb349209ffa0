using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>What the silos of all tests have in common.</summary>
internal static class Settings
{
    /// <summary>Silos on a storage.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="storage">Says where logs and documents are.</param>
    /// <param name="hasSubscriptions">Whether subscriptions are kept beside the logs, and not where <paramref name="storage"/> says.</param>
    public static StreamSilosOptions Of(short silos, Action<ISiloBuilder> storage, bool hasSubscriptions = true) => new()
    {
        Silos = silos,
        Broker = silo =>
        {
            storage(silo);
            silo.AddOrleansQueue();
            if (hasSubscriptions)
            {
                silo.AddOrleansQueueGrainStorage("PubSubStore");
            }
        },
        Streams = static streams =>
        {
            streams.DeliveryAttempts = 3;
            streams.RetryDelay = TimeSpan.FromMilliseconds(50);
            streams.MaxRetryDelay = TimeSpan.FromMilliseconds(200);
        },
    };
}
