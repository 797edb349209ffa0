using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansQueue.Contracts.Sockets;

namespace OrleansQueue.Contracts.Tests.Sockets;

public sealed class UseLargeBlocksTests
{
    [Fact]
    public void Every_way_of_Orleans_to_connect_becomes_ours()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client.Services.UseLargeBlocks());
        using var services = builder.Services.BuildServiceProvider();
        var keys = builder.Services.Where(static service => service.IsKeyedService && service.ServiceType == typeof(IConnectionFactory)).Select(static service => service.ServiceKey).ToList();
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.IsType<TcpConnector>(services.GetRequiredKeyedService<IConnectionFactory>(key)));
    }

    [Fact]
    public void Without_Orleans_there_is_nothing_to_change() =>
        Assert.Contains("UseLargeBlocks", Assert.Throws<InvalidOperationException>(() => new ServiceCollection().UseLargeBlocks()).Message, StringComparison.Ordinal);
}
