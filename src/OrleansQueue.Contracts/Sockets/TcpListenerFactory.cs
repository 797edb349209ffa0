using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Orleans.Networking.Shared;

namespace OrleansQueue.Contracts.Sockets;

/// <summary>Listens for clients and other silos.</summary>
internal sealed class TcpListenerFactory(SocketConnectionOptions options) : IConnectionListenerFactory
{
    private const int Backlog = 512;

    private static readonly TimeSpan BetweenFailures = TimeSpan.FromMilliseconds(100);

    /// <exception cref="AddressInUseException">Another process listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = TcpSockets.New(endpoint, options);
        try
        {
            if (endpoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return new(new Listener(socket, options));
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

    /// <summary>
    /// Whether accepting fails again at once, until some connection ends: there are no handles or no memory left. What the system names in no
    /// way that is known may be of that kind.
    /// </summary>
    internal static bool IsLasting(SocketError error) => error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.SocketError;

    private sealed class Listener(Socket socket, SocketConnectionOptions options) : IConnectionListener
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
                catch (SocketException error) when (IsLasting(error.SocketErrorCode))
                {
                    await Task.Delay(BetweenFailures, TimeProvider.System, cancellationToken);
                }
                catch (SocketException)
                {
                    // The other side went away before it was accepted. The next one may be there already.
                }
            }
        }

        private TcpConnection Begin(Socket accepted)
        {
            try
            {
                TcpSockets.Prepare(accepted, options);
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
