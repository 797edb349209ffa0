using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What everything that a client opens is given.</summary>
/// <param name="Broker">The broker.</param>
/// <param name="Options">The client's options.</param>
/// <param name="Clock">The time.</param>
/// <param name="Background">Where the client's own work runs.</param>
internal sealed record ClientContext(IBroker Broker, ClientOptions Options, TimeProvider Clock, Background Background)
{
    /// <summary>Makes a call again and again through an outage, for as long as <see cref="ClientOptions.ConnectTimeout"/> says.</summary>
    /// <param name="what">What is tried, for the exception.</param>
    /// <param name="call">The call, which may be made more than once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="BrokerUnavailableException">The outage lasts longer.</exception>
    public async Task<T> InsistAsync<T>(string what, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var outage = new Outage(Options.ConnectTimeout, Clock);
        while (true)
        {
            Exception problem;
            try
            {
                return await TryAsync(call, Options.CallTimeout, cancellationToken);
            }
            catch (Exception unavailable) when (unavailable is BrokerUnavailableException or TimeoutException)
            {
                problem = unavailable;
            }

            await outage.WaitAsync(what, problem, TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Makes a call and waits for its answer no longer than <paramref name="timeout"/>.</summary>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    public async Task<T> TryAsync<T>(Func<CancellationToken, ValueTask<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answer = call(ended.Token);
        if (answer.IsCompleted)
        {
            return await answer;
        }

        try
        {
            return await answer.AsTask().WaitAsync(timeout, Clock, cancellationToken);
        }
        finally
        {
            ended.Cancel();
        }
    }
}
