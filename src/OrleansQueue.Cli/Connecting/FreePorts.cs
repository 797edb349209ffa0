using System.Net;
using System.Net.Sockets;

namespace OrleansQueue.Cli.Connecting;

/// <summary>Ports for a silo inside this process, so that it gets in nobody's way.</summary>
internal static class FreePorts
{
    public static (int Silo, int Gateway) Take()
    {
        using var silo = Listen();
        using var gateway = Listen();
        return (PortOf(silo), PortOf(gateway));
    }

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
