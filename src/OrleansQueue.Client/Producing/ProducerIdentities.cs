using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>The identity of a producer. Partitions keep the one they began with until they need a later one.</summary>
/// <param name="broker">The broker.</param>
/// <param name="clock">The time.</param>
/// <param name="first">The identity that the producer was given.</param>
internal sealed class ProducerIdentities(IBroker broker, TimeProvider clock, ProducerIdentity first)
{
    private readonly Lock _lock = new();
    private ProducerIdentity _current = first;
    private Task<ProducerIdentity>? _renewing;

    public ProducerIdentity Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>Why there is no later identity yet, if it was an exception.</summary>
    public Exception? LastProblem { get; private set; }

    /// <summary>An identity later than <paramref name="stale"/>; partitions that ask at one time get the same.</summary>
    public Task<ProducerIdentity> RenewAsync(ProducerIdentity stale, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_current != stale)
            {
                return Task.FromResult(_current);
            }

            return _renewing is { IsCompleted: false } ? _renewing : _renewing = AskAsync(cancellationToken);
        }
    }

    private async Task<ProducerIdentity> AskAsync(CancellationToken cancellationToken)
    {
        var stale = Current;
        var backoff = default(Backoff);
        while (true)
        {
            try
            {
                // An id whose epochs are used up is given back for a new one.
                var next = await broker.InitProducerAsync(stale.Next() is null ? null : stale, cancellationToken);
                if (next != stale)
                {
                    lock (_lock)
                    {
                        LastProblem = null;
                        return _current = next;
                    }
                }
            }
            catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever it was, nothing can be sent without an identity; messages that wait for it end at their own time.
                LastProblem = problem;
            }

            await Task.Delay(backoff.Next(), clock, cancellationToken);
        }
    }
}
