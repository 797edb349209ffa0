using System.Net;
using System.Net.Sockets;
using OrleansQueue.Processes;

namespace OrleansQueue.Grains.Tests.Gateways;

/// <summary>Forwards connections, until it is frozen: then it takes what it is sent, keeps connections open and forwards nothing, as a silo whose process is stopped does.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly IPEndPoint _to;
    private readonly Socket _listener = New();
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly List<Task> _running = [];
    private volatile bool _frozen;

    public Proxy(IPEndPoint to)
    {
        _to = to;
        EndPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Take());
        _listener.Bind(EndPoint);
        _listener.Listen();
        _running.Add(AcceptAsync());
    }

    public IPEndPoint EndPoint { get; }

    public void Freeze() => _frozen = true;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        Task[] running;
        lock (_lock)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _end.Dispose();
    }

    private static Socket New() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptAsync(_end.Token);
                lock (_lock)
                {
                    _running.Add(ForwardAsync(near));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is the end of the test.
        }
    }

    private async Task ForwardAsync(Socket near)
    {
        using var far = New();
        using (near)
        {
            try
            {
                await far.ConnectAsync(_to, _end.Token);
                await Task.WhenAny(ForwardAsync(near, far), ForwardAsync(far, near));
            }
            catch (Exception closed) when (closed is SocketException or OperationCanceledException)
            {
                // One side is gone, so the other goes too.
            }
        }
    }

    private async Task ForwardAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 << 10];
            for (int got; (got = await from.ReceiveAsync(buffer.AsMemory(), _end.Token)) != 0;)
            {
                if (!_frozen)
                {
                    await to.SendAsync(buffer.AsMemory(0, got), _end.Token);
                }
            }
        }
        catch (Exception closed) when (closed is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone, so the other goes too.
        }
    }
}
