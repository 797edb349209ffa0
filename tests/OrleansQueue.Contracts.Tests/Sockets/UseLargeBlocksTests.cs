using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Networking.Shared;
using OrleansQueue.Contracts.Sockets;

namespace OrleansQueue.Contracts.Tests.Sockets;

public sealed class UseLargeBlocksTests
{
    [Fact]
    public void Every_way_of_a_client_to_connect_becomes_ours()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client.Services.UseLargeBlocks());
        AssertAll<IConnectionFactory, TcpConnector>(builder.Services, ways: 1);
    }

    [Fact]
    public void Every_way_of_a_silo_to_connect_and_to_listen_becomes_ours()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => silo.UseLocalhostClustering().Services.UseLargeBlocks());
        AssertAll<IConnectionFactory, TcpConnector>(builder.Services, ways: 1);

        // For other silos, and for clients.
        AssertAll<IConnectionListenerFactory, TcpListenerFactory>(builder.Services, ways: 2);
    }

    [Fact]
    public async Task Sockets_are_as_the_application_wants_them()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => silo.UseLocalhostClustering().Services.UseLargeBlocks());
        builder.Services.Configure<SocketConnectionOptions>(options => options.NoDelay = false);
        await using var services = builder.Services.BuildServiceProvider();
        await using var listener = await services.GetRequiredKeyedService<IConnectionListenerFactory>(KeysOf<IConnectionListenerFactory>(builder.Services)[0]).BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
        var accepting = listener.AcceptAsync();
        await using var near = await services.GetRequiredKeyedService<IConnectionFactory>(KeysOf<IConnectionFactory>(builder.Services)[0]).ConnectAsync(listener.EndPoint);
        await using var far = (await accepting)!;

        Assert.All(new[] { near, far }, static connection => Assert.False(Assert.IsType<TcpConnection>(connection).Socket.NoDelay));

        near.Abort();
        far.Abort();
    }

    [Fact]
    public void Without_Orleans_there_is_nothing_to_change() =>
        Assert.Contains("UseLargeBlocks", Assert.Throws<InvalidOperationException>(() => new ServiceCollection().UseLargeBlocks()).Message, StringComparison.Ordinal);

    private static void AssertAll<TService, TOurs>(IServiceCollection registered, int ways)
        where TService : notnull
    {
        using var services = registered.BuildServiceProvider();
        var keys = KeysOf<TService>(registered);
        Assert.Equal(ways, keys.Count);
        Assert.All(keys, key => Assert.IsType<TOurs>(services.GetRequiredKeyedService<TService>(key)));
    }

    private static List<object> KeysOf<TService>(IServiceCollection registered) =>
        [.. registered.Where(static service => service.IsKeyedService && service.ServiceType == typeof(TService)).Select(static service => service.ServiceKey!)];
}
