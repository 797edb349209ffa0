using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>
/// Finds gateways that take what they are sent and say nothing, as those of a silo whose process is stopped or whose network swallows
/// everything. It judges in rounds, in each of which something is sent through every gateway that anybody answers at once: so neither a
/// call that takes long nor a client that was held up itself looks like a gateway that is silent.
/// </summary>
internal sealed class GatewayWatch
{
    // So many rounds must go by unanswered.
    private const int Silent = 3;

    private readonly ConcurrentDictionary<WatchedConnection, IPEndPoint> _connections = new();

    /// <summary>The number of connections.</summary>
    public int Count => _connections.Count;

    /// <summary>Watches the connections that go through here.</summary>
    public void AddTo(IConnectionBuilder connections) => connections.Use(next => context => RunAsync(context, next));

    /// <summary>Begins a round.</summary>
    /// <returns>Whether there is a connection that may be silent, so that it matters whether it answers now.</returns>
    public bool Begin()
    {
        var any = false;
        foreach (var (connection, _) in _connections)
        {
            any |= connection.BeginRound();
        }

        return any;
    }

    /// <summary>Ends a round, after everybody had the time to answer.</summary>
    /// <returns>Gateways that have been silent for so many rounds, while another was heard in this one.</returns>
    public IReadOnlyList<IPEndPoint> End()
    {
        var heard = new HashSet<IPEndPoint>();
        var silent = new HashSet<IPEndPoint>();
        foreach (var (connection, gateway) in _connections)
        {
            connection.EndRound();
            if (connection.IsHeardInRound)
            {
                heard.Add(gateway);
            }
            else if (connection.SilentRounds >= Silent)
            {
                silent.Add(gateway);
            }
        }

        silent.ExceptWith(heard);
        return heard.Count == 0 ? [] : [.. silent];
    }

    private async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        if (context.RemoteEndPoint is not IPEndPoint gateway)
        {
            await next(context);
            return;
        }

        var connection = new WatchedConnection(context.Transport);
        context.Transport = connection;
        _connections[connection] = gateway;
        try
        {
            await next(context);
        }
        finally
        {
            _connections.TryRemove(connection, out _);
        }
    }
}
