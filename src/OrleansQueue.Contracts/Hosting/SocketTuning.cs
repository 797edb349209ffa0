using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Networking.Shared;
using OrleansQueue.Contracts.Sockets;

namespace OrleansQueue;

/// <summary>How a program's sockets work. Only a program that has its process to itself decides that.</summary>
public static class SocketTuning
{
    private const string Setting = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>
    /// Lets a socket go on with what it received on the thread that heard of it, instead of handing that to another one: Orleans
    /// receives 4 KiB at a time, and each hand-over costs more than the receiving. It is .NET's own setting of that name, which
    /// counts for the whole process; where it is set already it stays. Call it before the first socket is opened.
    /// <para>
    /// No code may block in what follows a receive; Orleans and Kestrel do not. docs/decisions/0006 has the figures.
    /// </para>
    /// </summary>
    public static void CompleteInline()
    {
        if (Environment.GetEnvironmentVariable(Setting) is null)
        {
            Environment.SetEnvironmentVariable(Setting, "1");
        }
    }

    /// <summary>
    /// Lets Orleans send and receive in blocks of 64 KiB to 1 MiB, by a transport of our own in the place of Orleans' own, for all that this process
    /// connects to and listens on. Worth a fifth of a consumer's speed where messages are 1 KiB. The bytes on the wire are the same, so each
    /// side of a connection may have it or not. What <see cref="SocketConnectionOptions"/> say of sockets holds for it too.
    /// </summary>
    /// <param name="services">The services of a silo or client, to which Orleans was added before.</param>
    /// <exception cref="InvalidOperationException">Orleans was not added before.</exception>
    public static IServiceCollection UseLargeBlocks(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var replaced = 0;
        for (var i = 0; i < services.Count; i++)
        {
            if (InPlaceOf(services[i]) is { } ours)
            {
                services[i] = ours;
                replaced++;
            }
        }

        return replaced > 0 ? services : throw new InvalidOperationException("UseLargeBlocks changes the transport of Orleans, which was not added to these services before.");
    }

    // Orleans finds its transports by keys that it does not show, so whatever key a service has stays.
    private static ServiceDescriptor? InPlaceOf(ServiceDescriptor service) => service switch
    {
        { IsKeyedService: false } => null,
        { ServiceType: var type } when type == typeof(IConnectionFactory) => ServiceDescriptor.KeyedSingleton<IConnectionFactory>(service.ServiceKey, static (provider, _) => new TcpConnector(OptionsOf(provider))),
        { ServiceType: var type } when type == typeof(IConnectionListenerFactory) => ServiceDescriptor.KeyedSingleton<IConnectionListenerFactory>(service.ServiceKey, static (provider, _) => new TcpListenerFactory(OptionsOf(provider))),
        _ => null,
    };

    private static SocketConnectionOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<SocketConnectionOptions>>().Value;
}
