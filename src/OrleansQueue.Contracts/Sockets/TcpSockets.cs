using System.Net;
using System.Net.Sockets;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>How every socket of Orleans is set up, as Orleans' own transport does: no delay, reset on close, and probes on a connection at rest.</summary>
internal static class TcpSockets
{
    public static Socket New(EndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(true, 0) };
        Prepare(socket);
        return socket;
    }

    public static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 90);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 10);
    }
}
