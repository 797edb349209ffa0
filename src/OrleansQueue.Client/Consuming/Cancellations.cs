using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>Ends what handlers have in hand.</summary>
internal static class Cancellations
{
    /// <summary>
    /// Cancels, whatever the handlers that are cancelled do: what they throw must not keep the member from what it has to do then. They may have
    /// a say in that, so it is not called under a lock.
    /// </summary>
    /// <param name="source">What to cancel; nothing is where it was let go already, since nothing of it is in hand then.</param>
    /// <param name="logger">Is told what a handler threw.</param>
    /// <param name="group">The group.</param>
    public static void Cancel(this CancellationTokenSource source, ILogger logger, string group)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException problem)
        {
            logger.CallbackFailed(problem, group);
        }
        catch (ObjectDisposedException)
        {
            // Nothing of it is in hand any more.
        }
    }
}
