using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>Listens for clients and other silos.</summary>
internal sealed class TcpListenerFactory : IConnectionListenerFactory
{
    private const int Backlog = 512;

    private static readonly TimeSpan BetweenFailures = TimeSpan.FromMilliseconds(100);

    /// <exception cref="AddressInUseException">Another process listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = TcpSockets.New(endpoint);
        try
        {
            if (endpoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return new(new Listener(socket));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(error.Message, error);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Listener(Socket socket) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        /// <summary>The next connection, or null when the listener was unbound.</summary>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    return Begin(await socket.AcceptAsync(cancellationToken));
                }
                catch (Exception error) when (error is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    return null;
                }
                catch (SocketException)
                {
                    // The other side went away before it was accepted, or there are no handles left: then accepting fails again at once, until some connection ends.
                    await Task.Delay(BetweenFailures, TimeProvider.System, cancellationToken);
                }
            }
        }

        private static TcpConnection Begin(Socket accepted)
        {
            try
            {
                TcpSockets.Prepare(accepted);
                return TcpConnection.Start(accepted);
            }
            catch
            {
                accepted.Dispose();
                throw;
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => DisposeAsync();

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
