using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Contracts.Sockets;

namespace OrleansQueue.Contracts.Tests.Sockets;

/// <summary>Which gateways are taken for silent.</summary>
public sealed class GatewayWatchTests : IAsyncDisposable
{
    private const int Enough = 4;

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly GatewayWatch _watch = new();
    private readonly TaskCompletionSource _end = new();

    public async ValueTask DisposeAsync()
    {
        _end.TrySetResult();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Gateway_that_says_nothing_while_another_answers_is_silent_after_three_rounds()
    {
        var (silent, other) = (Connect(1), Connect(2));
        await silent.SendAsync();
        for (var round = 1; round < Enough; round++)
        {
            Assert.Empty(await RoundAsync(other));
        }

        Assert.Equal([silent.Gateway], await RoundAsync(other));
    }

    [Fact]
    public async Task Nobody_is_silent_where_nobody_answers()
    {
        await Connect(1).SendAsync();
        await Connect(2).SendAsync();
        Assert.All(await RoundsAsync(2 * Enough), Assert.Empty);
    }

    [Fact]
    public async Task Gateway_that_was_sent_nothing_is_not_silent()
    {
        Connect(1);
        var other = Connect(2);
        Assert.All(await RoundsAsync(2 * Enough, other), Assert.Empty);
    }

    [Fact]
    public async Task Gateway_whose_calls_take_long_is_not_silent_since_it_answers_in_the_rounds()
    {
        var (slow, other) = (Connect(1), Connect(2));
        await slow.SendAsync();
        for (var i = 0; i < 2; i++)
        {
            Assert.All(await RoundsAsync(Enough - 1, other), Assert.Empty);
            Assert.Empty(await RoundAsync(slow, other));
            await slow.SendAsync();
        }
    }

    [Fact]
    public async Task Gateway_is_not_silent_where_another_connection_to_it_is_heard()
    {
        var (stuck, same, other) = (Connect(1), Connect(1), Connect(2));
        await stuck.SendAsync();
        Assert.All(await RoundsAsync(2 * Enough, same, other), Assert.Empty);
    }

    [Fact]
    public async Task Connection_that_ended_is_forgotten()
    {
        var (silent, other) = (Connect(1), Connect(2));
        await silent.SendAsync();
        await RoundsAsync(Enough - 1, other);
        _end.SetResult();
        await Task.WhenAll(silent.Running, other.Running);
        Assert.Equal(0, _watch.Count);
        Assert.Empty(await RoundAsync());
    }

    private async Task<List<IReadOnlyList<IPEndPoint>>> RoundsAsync(int count, params Connection[] answering)
    {
        var rounds = new List<IReadOnlyList<IPEndPoint>>();
        for (var i = 0; i < count; i++)
        {
            rounds.Add(await RoundAsync(answering));
        }

        return rounds;
    }

    private async Task<IReadOnlyList<IPEndPoint>> RoundAsync(params Connection[] answering)
    {
        _watch.Begin();
        foreach (var connection in answering)
        {
            await connection.AnswerAsync();
        }

        return _watch.End();
    }

    private Connection Connect(int port)
    {
        var connection = new Connection(new IPEndPoint(IPAddress.Loopback, port));
        var builder = new ConnectionBuilder(_services);
        _watch.AddTo(builder);
        builder.Run(_ => _end.Task);
        connection.Running = builder.Build()(connection.Context);
        return connection;
    }

    /// <summary>A connection of which the test plays both sides.</summary>
    private sealed class Connection : IDuplexPipe
    {
        private readonly Pipe _incoming = new();
        private readonly Pipe _outgoing = new();

        public Connection(IPEndPoint gateway) => (Gateway, Context) = (gateway, new DefaultConnectionContext("1", this, this) { RemoteEndPoint = gateway });

        public IPEndPoint Gateway { get; }

        public ConnectionContext Context { get; }

        public Task Running { get; set; } = Task.CompletedTask;

        PipeReader IDuplexPipe.Input => _incoming.Reader;

        PipeWriter IDuplexPipe.Output => _outgoing.Writer;

        public async Task SendAsync() => await Context.Transport.Output.WriteAsync(new byte[1]);

        public async Task AnswerAsync()
        {
            await _incoming.Writer.WriteAsync(new byte[1]);
            var read = await Context.Transport.Input.ReadAsync();
            Context.Transport.Input.AdvanceTo(read.Buffer.End);
        }
    }
}
