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
            return TcpConnection.Start(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
