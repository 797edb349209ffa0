using System.Net;
using System.Net.Sockets;
using OrleansQueue.Broker;

namespace OrleansQueue;

/// <summary>Reads the gateways that a cluster is reached by.</summary>
public static class GatewayAddresses
{
    /// <summary>What is wrong with a text that is to be <c>HOST:PORT[,HOST:PORT...]</c>, or null. It asks nobody whether there are such hosts.</summary>
    public static Refusal? Check(string cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var addresses = Split(cluster);
        var wrong = addresses.Length == 0 ? cluster : addresses.FirstOrDefault(static address => Read(address) is null);
        return wrong is null ? null : Refusal.OfText("--cluster", wrong, "HOST:PORT[,HOST:PORT...]");
    }

    /// <summary>The addresses of gateways, given as <c>HOST:PORT[,HOST:PORT...]</c>; of a name that has several, all.</summary>
    /// <exception cref="FormatException">One of them is not HOST:PORT.</exception>
    /// <exception cref="BrokerUnavailableException">The address of a host cannot be found.</exception>
    public static async Task<IPEndPoint[]> ResolveAsync(string cluster, CancellationToken cancellationToken)
    {
        if (Check(cluster) is { } wrong)
        {
            throw new FormatException(wrong.ToString());
        }

        var gateways = new List<IPEndPoint>();
        foreach (var (host, port) in Split(cluster).Select(static address => Read(address)!.Value))
        {
            gateways.AddRange((await FindAsync(host, cancellationToken)).Select(address => new IPEndPoint(address, port)));
        }

        return [.. gateways];
    }

    private static string[] Split(string cluster) => cluster.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (string Host, int Port)? Read(string address)
    {
        var colon = address.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(address.AsSpan(colon + 1), out var port) && port != 0 ? (address[..colon], port) : null;
    }

    private static async Task<IPAddress[]> FindAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException error)
        {
            throw new BrokerUnavailableException($"The address of host {host} cannot be found: {error.Message}", error);
        }
    }
}
