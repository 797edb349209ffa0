using System.Net;
using System.Net.Sockets;

namespace OrleansQueue.SiloHost;

/// <summary>
/// Sees to it, before anything starts or is created, that the ports are free. Orleans would not notice: it shares a port that
/// another process has, and each of the two then gets some of the other's connections.
/// </summary>
internal static class PortCheck
{
    /// <exception cref="SettingException">Somebody listens on one of the ports, or the address is none of this machine's.</exception>
    public static void Run(SiloSettings settings)
    {
        Check("Silo:Port", settings.Address, settings.SiloPort);
        Check("Silo:GatewayPort", settings.Address, settings.GatewayPort);
        foreach (var url in settings.Urls.Where(static url => url.Port != 0))
        {
            foreach (var address in AddressesOf(url.Host))
            {
                Check("Urls", address, url.Port);
            }
        }
    }

    /// <summary>
    /// Where the web server listens: at an address if it is one, under localhost at both loopback addresses, and under any other
    /// name at all addresses of the machine.
    /// </summary>
    private static IPAddress[] AddressesOf(string host) => host switch
    {
        _ when IPAddress.TryParse(host.Trim('[', ']'), out var address) => [address],
        _ when host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) =>
            HasIPv6() ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback],
        _ => HasIPv6() ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any],
    };

    private static bool HasIPv6()
    {
        if (!Socket.OSSupportsIPv6)
        {
            return false;
        }

        // A system may know IPv6 and have no address of it; the web server then does without.
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Check(string key, IPAddress address, int port)
    {
        // A plain bind shares no port, and does not mind connections of a process before that are not quite gone yet.
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen();
        }
        catch (SocketException error)
        {
            throw error.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => new SettingException(key, $"{port}", $"a port that is free on {address}, and this one is in use"),
                SocketError.AddressNotAvailable => new SettingException(key == "Urls" ? key : "Silo:Address", $"{address}", "an address of this machine"),
                _ => new SettingException(key, $"{port}", $"a port that this process may listen on ({error.Message})"),
            };
        }
    }
}
