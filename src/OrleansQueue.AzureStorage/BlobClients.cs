using Azure.Core;
using Azure.Storage.Blobs;

namespace OrleansQueue.AzureStorage;

/// <summary>How the storage is spoken to where the application does not bring a client of its own.</summary>
internal static class BlobClients
{
    /// <summary>
    /// Tries that fail are made again, with pauses that grow and vary, about a minute in all: a storage that is too busy slows its writers down, and
    /// what waits behind them is throttled. Every write is one that can be made twice.
    /// </summary>
    public static BlobClientOptions Options() => new()
    {
        Retry =
        {
            Mode = RetryMode.Exponential,
            Delay = TimeSpan.FromMilliseconds(100),
            MaxDelay = TimeSpan.FromSeconds(5),
            MaxRetries = 10,
            NetworkTimeout = TimeSpan.FromSeconds(15),
        },
    };
}
