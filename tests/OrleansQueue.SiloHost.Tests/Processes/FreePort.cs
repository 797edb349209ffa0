using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace OrleansQueue.Processes;

/// <summary>
/// Ports for the silos of a test. They lie below those that the system gives to outgoing connections, and each process of tests
/// has a block of them to itself, so that nobody takes one while its silo is down for a moment.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Blocks = 20;
    private const int BlockSize = 500;

    // Its lock ends with this process, however that ends.
    private static readonly (int First, FileStream Lock) Block = OpenBlock();

    private static int _next = -1;

    public static int Take()
    {
        for (var tries = 0; tries < BlockSize; tries++)
        {
            var port = Block.First + (int)((uint)Interlocked.Increment(ref _next) % BlockSize);
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

        throw new InvalidOperationException($"None of the ports {Block.First} to {Block.First + BlockSize - 1} is free, see {Block.Lock.Name}.");
    }

    private static (int First, FileStream Lock) OpenBlock()
    {
        var offset = Random.Shared.Next(Blocks);
        for (var tries = 0; tries < Blocks; tries++)
        {
            var block = First + ((offset + tries) % Blocks * BlockSize);
            try
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"orleansqueue-ports-{block}.lock");
                return (block, new FileStream(Path.Combine(Path.GetTempPath(), name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
            {
                // Another process has this block; the next one may be free.
            }
        }

        throw new InvalidOperationException($"All {Blocks} blocks of ports are taken, see {Path.GetTempPath()}orleansqueue-ports-*.lock.");
    }
}
