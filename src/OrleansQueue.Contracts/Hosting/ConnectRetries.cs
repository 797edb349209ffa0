using OrleansQueue.Client;

namespace OrleansQueue;

/// <summary>Tries to connect for as long as the client's options say, so that a client may start before its cluster.</summary>
internal sealed class ConnectRetries(MessagingRegistry messaging, TimeProvider? clock = null) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long? _since;

    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        _since ??= _clock.GetTimestamp();
        if (_clock.GetElapsedTime(_since.Value) >= messaging.Client.ConnectTimeout)
        {
            return false;
        }

        await Task.Delay(Between, _clock, cancellationToken);
        return true;
    }
}
