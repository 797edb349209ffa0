using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace OrleansQueue.Grains.Tests.Sockets;

/// <summary>A connection to a silo that says whatever the test likes.</summary>
internal sealed class HostileConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly Serializer<Greeting> Greetings = new ServiceCollection()
        .AddSerializer(builder => builder.AddAssembly(typeof(GrainId).Assembly).AddAssembly(typeof(Greeting).Assembly))
        .BuildServiceProvider().GetRequiredService<Serializer<Greeting>>();

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

    public static async Task<HostileConnection> OpenAsync(IPEndPoint endpoint)
    {
        var connection = new HostileConnection();
        await connection._socket.ConnectAsync(endpoint);
        return connection;
    }

    /// <summary>How Orleans begins a connection, as a client of a cluster of that name does.</summary>
    public static byte[] GreetingOf(string cluster)
    {
        var greeting = Greetings.SerializeToArray(new Greeting { Version = 1, Node = GrainId.Create("sys.client", Guid.NewGuid().ToString("N")), Cluster = cluster });
        return [.. Int32(greeting.Length), .. greeting];
    }

    /// <summary>The number as a connection carries it.</summary>
    public static byte[] Int32(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return bytes;
    }

    /// <summary>Sends bytes; the other side may have closed the connection in the middle.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await _socket.SendAsync(bytes.AsMemory(sent)).AsTask().WaitAsync(Patience);
            }
        }
        catch (SocketException closed) when (closed.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            // That is what the test asks about next.
        }
    }

    /// <summary>The number of bytes that come before the other side closes the connection. Where it does not close it this fails.</summary>
    public async Task<long> ReadToEndAsync()
    {
        var buffer = new byte[4096];
        long all = 0;
        try
        {
            for (int got; (got = await _socket.ReceiveAsync(buffer.AsMemory()).AsTask().WaitAsync(Patience)) != 0;)
            {
                all += got;
            }
        }
        catch (SocketException closed) when (closed.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
        {
            // The other side did not read all that was sent, so its end of the connection is abrupt.
        }

        return all;
    }

    /// <summary>Waits for the first byte of an answer.</summary>
    public async Task AssertAnsweredAsync() => Assert.Equal(1, await _socket.ReceiveAsync(new byte[1].AsMemory()).AsTask().WaitAsync(Patience));

    public void Dispose() => _socket.Dispose();
}

/// <summary>The fields of Orleans' own first message, which is not public.</summary>
[GenerateSerializer]
internal sealed class Greeting
{
    [Id(0)]
    public byte Version { get; init; }

    [Id(1)]
    public GrainId Node { get; init; }

    [Id(2)]
    public SiloAddress? Silo { get; init; }

    [Id(3)]
    public string Cluster { get; init; } = "";
}
