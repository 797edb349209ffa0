using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Three silos that share their logs in memory.</summary>
public sealed class ThreeSilosStreamTests : StreamSpec
{
    private readonly SharedMemory _memory = new();

    private protected override StreamSilosOptions Options => Settings.Of(3, silo => silo.Services.AddSingleton(_memory));
}

/// <summary>One silo on files.</summary>
public sealed class FilesStreamTests : StreamSpec, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override StreamSilosOptions Options => Settings.Of(1, silo => silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.FilesPath = _folder.Path)));

    public void Dispose() => _folder.Dispose();
}

/// <summary>What the silos of all specs have in common.</summary>
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
