using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>Connects to gateways and silos.</summary>
internal sealed class TcpConnector : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = TcpSockets.New(endpoint);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            var connection = new TcpConnection(socket);
            connection.Start();
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
