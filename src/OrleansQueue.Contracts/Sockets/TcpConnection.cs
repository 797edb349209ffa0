using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>
/// One TCP connection of Orleans. One loop receives into a pipe that Orleans reads, another sends what Orleans wrote into a second pipe,
/// so that a message is decoded while the next one is received. It is Orleans' own transport with larger blocks: that receives 4 KiB at a
/// time with two system calls each, and assembles a large message in blocks of 4 KiB before it copies it once more.
/// </summary>
internal sealed class TcpConnection : DefaultConnectionContext
{
    private readonly Socket _socket;
    private readonly PipeWriter _received;
    private readonly PipeReader _toSend;
    private readonly CancellationTokenSource _closed = new();
    private Task _running = Task.CompletedTask;

    private TcpConnection(Socket socket)
        : base(Guid.NewGuid().ToString("N"))
    {
        _socket = socket;
        var incoming = new Pipe(Blocks.Received);
        var outgoing = new Pipe(Blocks.Sent);
        (_received, _toSend) = (incoming.Writer, outgoing.Reader);
        Transport = new Pipes(incoming.Reader, outgoing.Writer);
        ConnectionClosed = _closed.Token;
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
    }

    /// <summary>What it sends and receives through.</summary>
    internal Socket Socket => _socket;

    /// <summary>Begins to receive from and send to a socket, which is the connection's from then on.</summary>
    public static TcpConnection Start(Socket socket)
    {
        var connection = new TcpConnection(socket);
        connection._running = Task.WhenAll(connection.ReceiveAsync(), connection.SendAsync());
        return connection;
    }

    /// <summary>Closes the socket, which ends both loops. What was not sent yet is lost, as it is with Orleans' own transport.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        Close();
        _toSend.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        await _running;
        _socket.Dispose();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        try
        {
            await ReceiveUntilClosedAsync();
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The connection is over. Orleans still reads what came before, which an error here would keep from it, and then hears of the end.
        }
        finally
        {
            // What follows is Orleans closing the connection, which must not run on the thread that serves other sockets.
            await Task.Yield();
            await EndReceivingAsync();
        }
    }

    private async ValueTask EndReceivingAsync()
    {
        await _received.CompleteAsync();

        // Orleans waits for this before it lets the connection go.
        await _closed.CancelAsync();
    }

    private async Task ReceiveUntilClosedAsync()
    {
        var isDrained = true;
        while (true)
        {
            if (isDrained)
            {
                // A connection at rest holds no block.
                await _socket.ReceiveAsync(Memory<byte>.Empty);
            }

            var block = _received.GetMemory(Blocks.LeastReceive);
            var room = block.Length;
            var count = await _socket.ReceiveAsync(block);
            if (count == 0)
            {
                return;
            }

            isDrained = count < room;
            _received.Advance(count);
            var flushed = await _received.FlushAsync();
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }
        }
    }

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            await SendUntilClosedAsync();
        }
        catch (Exception failure)
        {
            // Orleans, which writes what is sent, hears of it.
            error = new ConnectionResetException("The connection broke while it was written.", failure);
        }

        await Task.Yield();
        Close();
        await _toSend.CompleteAsync(error);
        _received.CancelPendingFlush();
    }

    private async Task SendUntilClosedAsync()
    {
        while (true)
        {
            var written = await _toSend.ReadAsync();
            if (written.IsCanceled)
            {
                return;
            }

            // There is more than one block only where a MiB and more waits.
            foreach (var block in written.Buffer)
            {
                await _socket.SendAsync(block);
            }

            _toSend.AdvanceTo(written.Buffer.End);
            if (written.IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>Says goodbye before the socket goes: without it the other side is told of a reset, and may throw away what it has received and not read.</summary>
    private void Close()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It is closed already, or the other side is.
        }

        _socket.Dispose();
    }

    private sealed class Pipes(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
