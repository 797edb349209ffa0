using System.Net;
using System.Net.Sockets;

namespace OrleansQueue.Processes;

/// <summary>
/// Ports for the processes of a test. They lie below those that the system gives to outgoing connections, so that nobody takes
/// one while its silo is down for a moment.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int _next = Random.Shared.Next(Count);

    public static int Take()
    {
        while (true)
        {
            var port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % Count);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it; the next one may be free.
            }
        }
    }
}
