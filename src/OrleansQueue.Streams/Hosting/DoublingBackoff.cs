using Orleans.Runtime.Providers;

namespace OrleansQueue.Streams.Hosting;

/// <summary>How long an agent waits before it tries an event again.</summary>
internal sealed class DoublingBackoff(OrleansQueueStreamOptions options) : IMessageDeliveryBackoffProvider
{
    // So many doublings are more than any longest wait.
    private const int MostDoublings = 30;

    public TimeSpan Next(int attempt)
    {
        var wait = options.RetryDelay * Math.Pow(2, Math.Clamp(attempt, 0, MostDoublings));
        return wait < options.MaxRetryDelay ? wait : options.MaxRetryDelay;
    }
}
