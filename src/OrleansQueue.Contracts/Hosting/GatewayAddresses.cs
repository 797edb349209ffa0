using System.Net;

namespace OrleansQueue;

/// <summary>Reads the gateways that a cluster is reached by.</summary>
public static class GatewayAddresses
{
    /// <summary>The addresses of gateways, given as <c>HOST:PORT[,HOST:PORT...]</c>; of a name that has several, all.</summary>
    /// <exception cref="FormatException">One of them is not HOST:PORT.</exception>
    public static async Task<IPEndPoint[]> ResolveAsync(string cluster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        var gateways = new List<IPEndPoint>();
        foreach (var address in cluster.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = address.LastIndexOf(':');
            if (colon < 1 || !ushort.TryParse(address.AsSpan(colon + 1), out var port) || port == 0)
            {
                throw new FormatException(Refusal.OfText("--cluster", address, "HOST:PORT[,HOST:PORT...]").ToString());
            }

            gateways.AddRange((await Dns.GetHostAddressesAsync(address[..colon], cancellationToken)).Select(host => new IPEndPoint(host, port)));
        }

        return [.. gateways];
    }
}
