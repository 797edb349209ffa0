using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Waits through a time in which a broker does not answer or sends everybody away, and gives up when it lasts too long.</summary>
/// <param name="limit">How long it may last.</param>
/// <param name="clock">The time.</param>
internal sealed class Outage(TimeSpan limit, TimeProvider clock)
{
    private Backoff _backoff;
    private long? _since;

    /// <summary>The broker did what was asked.</summary>
    public void End()
    {
        _since = null;
        _backoff.Reset();
    }

    /// <summary>Waits before the next try.</summary>
    /// <param name="what">What was tried.</param>
    /// <param name="cause">What went wrong, if it was an exception.</param>
    /// <param name="atLeast">How long the broker asked to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerUnavailableException">The outage lasts longer than it may.</exception>
    public async Task WaitAsync(string what, Exception? cause, TimeSpan atLeast, CancellationToken cancellationToken)
    {
        _since ??= clock.GetTimestamp();
        var lasted = clock.GetElapsedTime(_since.Value);
        if (lasted >= limit)
        {
            throw new BrokerUnavailableException($"{what}: no broker could do it for {lasted}; {limit} are allowed.", cause);
        }

        var wait = _backoff.Next();
        await Task.Delay(atLeast > wait ? atLeast : wait, clock, cancellationToken);
    }
}
