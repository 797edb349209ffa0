using System.Net;
using Microsoft.AspNetCore.Connections;
using Orleans.Networking.Shared;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>Connects to gateways and silos.</summary>
internal sealed class TcpConnector(SocketConnectionOptions options) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = TcpSockets.New(endpoint, options);
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
