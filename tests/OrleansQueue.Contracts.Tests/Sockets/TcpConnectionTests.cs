using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Orleans.Networking.Shared;
using OrleansQueue.Contracts.Sockets;

namespace OrleansQueue.Contracts.Tests.Sockets;

/// <summary>The transport between two ends in this process, over real sockets.</summary>
public sealed class TcpConnectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private IConnectionListener _listener = null!;
    private ConnectionContext _near = null!;
    private ConnectionContext _far = null!;

    public async Task InitializeAsync()
    {
        _listener = await new TcpListenerFactory(new()).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var accepting = _listener.AcceptAsync();
        _near = await new TcpConnector(new()).ConnectAsync(_listener.EndPoint);
        _far = (await accepting)!;
    }

    public async Task DisposeAsync()
    {
        _near.Abort();
        _far.Abort();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        await _listener.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 << 10)]
    [InlineData((1 << 20) + (64 << 10))]
    [InlineData(20_000_000)]
    public async Task Bytes_arrive_as_they_were_sent_both_ways_at_once(int count)
    {
        var bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        var back = bytes.Reverse().ToArray();
        var sending = Task.WhenAll(SendAsync(_near, bytes, 1), SendAsync(_far, back, 1));
        AssertSame(bytes, await ReceiveAsync(_far, count));
        AssertSame(back, await ReceiveAsync(_near, count));
        await sending;
    }

    [Fact]
    public async Task Many_small_pieces_stay_in_order()
    {
        var bytes = new byte[300_000];
        new Random(7).NextBytes(bytes);
        var sending = SendAsync(_near, bytes, 1_000);
        AssertSame(bytes, await ReceiveAsync(_far, bytes.Length));
        await sending;
    }

    [Fact]
    public async Task A_writer_waits_while_the_other_side_does_not_read_and_goes_on_when_it_does()
    {
        // Each half is far more than the pipes and the system's buffers take.
        const int Half = 128;
        var piece = new byte[1 << 20];
        var sending = SendAsync(_near, Enumerable.Repeat(piece, 2 * Half));
        for (var i = 0; i < Half; i++)
        {
            await ReceiveAsync(_far, piece.Length);
        }

        Assert.False(sending.IsCompleted);
        for (var i = 0; i < Half; i++)
        {
            await ReceiveAsync(_far, piece.Length);
        }

        await sending.WaitAsync(Patience);
    }

    [Fact]
    public async Task When_one_side_ends_both_hear_that_the_connection_is_closed()
    {
        var far = Closed(_far);
        var near = Closed(_near);
        var reading = _far.Transport.Input.ReadAsync().AsTask();
        _near.Abort();
        await near.WaitAsync(Patience);
        await far.WaitAsync(Patience);
        var error = await Record.ExceptionAsync(async () => Assert.True((await reading).IsCompleted)).WaitAsync(Patience);
        Assert.True(error is null or ConnectionResetException, $"{error}");
    }

    [Fact]
    public async Task A_connection_can_be_ended_while_its_writer_waits()
    {
        var sending = SendAsync(_near, Enumerable.Repeat(new byte[1 << 20], 256));
        await ReceiveAsync(_far, 1 << 20);
        Assert.False(sending.IsCompleted);
        _near.Abort();
        await Record.ExceptionAsync(() => sending).WaitAsync(Patience);
        await _near.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_connection_can_be_ended_while_what_it_received_is_not_read()
    {
        var near = Closed(_near);
        var sending = SendAsync(_far, Enumerable.Repeat(new byte[1 << 20], 256));
        await _near.Transport.Input.ReadAsync();
        _near.Abort();
        await near.WaitAsync(Patience);
        Assert.IsType<ConnectionResetException>(await Record.ExceptionAsync(() => sending).WaitAsync(Patience));
    }

    [Fact]
    public async Task Nobody_is_accepted_after_the_listener_was_unbound()
    {
        var accepting = _listener.AcceptAsync().AsTask();
        await _listener.UnbindAsync();
        Assert.Null(await accepting.WaitAsync(Patience));
        Assert.Null(await _listener.AcceptAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_as_such()
    {
        await Assert.ThrowsAsync<AddressInUseException>(() => new TcpListenerFactory(new()).BindAsync(_listener.EndPoint).AsTask());
    }

    [Fact]
    public async Task A_listener_on_every_address_takes_both_kinds()
    {
        await using var any = await new TcpListenerFactory(new()).BindAsync(new IPEndPoint(IPAddress.Any, 0));
        var accepting = any.AcceptAsync().AsTask();
        await using var connection = await new TcpConnector(new()).ConnectAsync(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)any.EndPoint).Port));
        await using var accepted = await accepting.WaitAsync(Patience);
        Assert.Equal(connection.LocalEndPoint, accepted!.RemoteEndPoint);
        connection.Abort();
        accepted.Abort();
    }

    [Fact]
    public async Task Sockets_of_both_sides_are_as_the_options_say()
    {
        var options = new SocketConnectionOptions { NoDelay = false, KeepAliveTimeSeconds = 7, KeepAliveIntervalSeconds = 5, KeepAliveRetryCount = 3 };
        Assert.All(await SettingsAsync(options), static settings => Assert.Equal((false, true, 7, 5, 3), settings));
        Assert.All(await SettingsAsync(new()), static settings => Assert.Equal((true, true, 90, 30, 10), settings));
        Assert.All(await SettingsAsync(new() { KeepAlive = false }), static settings => Assert.False(settings.KeepAlive));
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets, true)]
    [InlineData(SocketError.NoBufferSpaceAvailable, true)]
    [InlineData(SocketError.SocketError, true)]
    [InlineData(SocketError.ConnectionReset, false)]
    [InlineData(SocketError.ConnectionAborted, false)]
    [InlineData(SocketError.NetworkUnreachable, false)]
    public void Only_what_lasts_holds_up_those_who_connect_next(SocketError error, bool lasts) => Assert.Equal(lasts, TcpListenerFactory.IsLasting(error));

    private static async Task<(bool NoDelay, bool KeepAlive, int Time, int Interval, int Retries)[]> SettingsAsync(SocketConnectionOptions options)
    {
        await using var listener = await new TcpListenerFactory(options).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var accepting = listener.AcceptAsync();
        await using var near = await new TcpConnector(options).ConnectAsync(listener.EndPoint);
        await using var far = (await accepting)!;
        var settings = new[] { near, far }.Select(static connection => SettingsOf(((TcpConnection)connection).Socket)).ToArray();
        near.Abort();
        far.Abort();
        return settings;
    }

    private static (bool NoDelay, bool KeepAlive, int Time, int Interval, int Retries) SettingsOf(Socket socket) => (
        socket.NoDelay,
        (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)! != 0,
        (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!,
        (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!,
        (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!);

    // Comparing as spans, since a difference of 20 MB is nothing to print.
    private static void AssertSame(byte[] expected, byte[] found) => Assert.True(expected.AsSpan().SequenceEqual(found));

    private static Task Closed(ConnectionContext connection)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionClosed.Register(closed.SetResult);
        return closed.Task;
    }

    /// <summary>Writes in so many pieces; ends early, or throws, where the connection does.</summary>
    private static Task SendAsync(ConnectionContext connection, byte[] bytes, int pieces) =>
        SendAsync(connection, bytes.Chunk((bytes.Length + pieces - 1) / pieces));

    private static async Task SendAsync(ConnectionContext connection, IEnumerable<byte[]> pieces)
    {
        await Task.Yield();
        foreach (var piece in pieces)
        {
            if ((await connection.Transport.Output.WriteAsync(piece)).IsCompleted)
            {
                return;
            }
        }
    }

    private static async Task<byte[]> ReceiveAsync(ConnectionContext connection, int count)
    {
        var received = await connection.Transport.Input.ReadAtLeastAsync(count).AsTask().WaitAsync(Patience);
        var wanted = received.Buffer.Slice(0, count);
        var bytes = wanted.ToArray();
        connection.Transport.Input.AdvanceTo(wanted.End);
        return bytes;
    }
}
