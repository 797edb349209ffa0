using System.Net;
using System.Net.Sockets;
using Orleans.Networking.Shared;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>How every socket of Orleans is set up, as Orleans' own transport does: reset on close, and else as the application's options say.</summary>
internal static class TcpSockets
{
    public static Socket New(EndPoint endpoint, SocketConnectionOptions options)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        Prepare(socket, options);
        return socket;
    }

    public static void Prepare(Socket socket, SocketConnectionOptions options)
    {
        socket.NoDelay = options.NoDelay;
        if (options.KeepAlive)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, options.KeepAliveTimeSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, options.KeepAliveIntervalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, options.KeepAliveRetryCount);
        }
    }
}
