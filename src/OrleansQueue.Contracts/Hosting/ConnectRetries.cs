using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Client;

namespace OrleansQueue;

/// <summary>Tries to connect for as long as the client's options say, so that a client may start before its cluster.</summary>
internal sealed class ConnectRetries(MessagingRegistry messaging, TimeProvider? clock = null) : IClientConnectionRetryFilter
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private long? _since;

    /// <summary>Puts it in the place of Orleans' own, which gives up sooner. One that the application chose stays.</summary>
    public static void AddTo(IServiceCollection services)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is { IsKeyedService: false, ImplementationType: { } filter } service
                && service.ServiceType == typeof(IClientConnectionRetryFilter)
                && filter.Assembly == service.ServiceType.Assembly)
            {
                services[i] = ServiceDescriptor.Singleton<IClientConnectionRetryFilter, ConnectRetries>();
            }
        }
    }

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
