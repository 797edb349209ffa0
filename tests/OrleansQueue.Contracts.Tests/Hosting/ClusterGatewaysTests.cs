using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Messaging;
using OrleansQueue.Contracts.Sockets;
using OrleansQueue.Contracts.Tests.Broker;
using OrleansQueue.Testing;

namespace OrleansQueue.Contracts.Tests.Hosting;

/// <summary>Which gateways a client knows. They are named by their ports.</summary>
public sealed class ClusterGatewaysTests : IGatewayListProvider
{
    private readonly TestClock _clock = new();
    private readonly ClusterGateways _gateways;
    private Func<Task<MembershipEntry[]>> _answer = static () => throw new ArgumentException("No grain is known.");
    private int _gone;
    private Uri[] _seeds = [Gateway(1), Gateway(2)];

    public ClusterGatewaysTests() => _gateways = new ClusterGateways(this, () => FakeGrains.Answering(_ => _answer()), new GatewayWatch(), () => _gone++, _clock);

    TimeSpan IGatewayListProvider.MaxStaleness => TimeSpan.FromMinutes(1);

    bool IGatewayListProvider.IsUpdatable => true;

    [Fact]
    public async Task Before_any_silo_answered_the_list_is_the_configured_one()
    {
        Assert.Equal([1, 2], await ListAsync());
        Assert.Equal([1, 2], await ListAsync());
    }

    [Fact]
    public async Task List_is_that_of_the_active_silos_which_have_a_gateway()
    {
        await ListAsync();
        Answer(2, 3, 0);
        Assert.Equal([2, 3], await ListAsync());
    }

    [Fact]
    public async Task Silo_that_is_no_longer_active_leaves_the_list()
    {
        await ListAsync();
        Answer(2, 3);
        await ListAsync();
        Answer(3);
        Assert.Equal([3], await ListAsync());
    }

    [Fact]
    public async Task Calls_that_may_wait_for_a_silo_that_is_gone_are_told_so()
    {
        await ListAsync();
        Answer(2, 3);
        await ListAsync();
        Answer(2, 3, 4);
        await ListAsync();
        _answer = static () => throw new SiloUnavailableException();
        await ListAsync();
        Assert.Equal(0, _gone);
        Answer(3, 4);
        await ListAsync();
        Assert.Equal(1, _gone);
        await ListAsync();
        Assert.Equal(1, _gone);
    }

    [Fact]
    public async Task While_no_silo_answers_the_list_is_what_was_known_and_what_is_configured()
    {
        await ListAsync();
        Answer(2, 3);
        await ListAsync();
        _answer = static () => throw new SiloUnavailableException();
        Assert.Equal([2, 3, 1], await ListAsync());
        _answer = static () => new TaskCompletionSource<MembershipEntry[]>().Task;
        Assert.Equal([2, 3, 1], await ListAsync());
        Answer(3);
        Assert.Equal([3], await ListAsync());
    }

    [Fact]
    public async Task Gateway_that_is_named_with_different_generations_is_one()
    {
        _seeds = [Gateway(1, generation: 7), Gateway(1), Gateway(2, generation: 8)];
        Assert.Equal([1, 2], await ListAsync());
        Answer(1, 3);
        await ListAsync();
        _answer = static () => throw new SiloUnavailableException();
        Assert.Equal([1, 3, 2], await ListAsync());
    }

    [Theory]
    [InlineData(60, 5)]
    [InlineData(1, 1)]
    public void Orleans_asks_each_five_seconds_or_as_often_as_the_application_says(int configured, int used)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.UseOrleansClient(client => client
            .AddOrleansQueueClient()
            .UseLocalhostClustering()
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(configured)));
        using var services = builder.Services.BuildServiceProvider();

        Assert.Equal(TimeSpan.FromSeconds(used), services.GetRequiredService<IOptions<GatewayOptions>>().Value.GatewayListRefreshPeriod);
    }

    Task IGatewayListProvider.InitializeGatewayListProvider() => Task.CompletedTask;

    Task<IList<Uri>> IGatewayListProvider.GetGateways() => Task.FromResult<IList<Uri>>(_seeds);

    private static Uri Gateway(int port, int generation = 0) => SiloAddress.New(IPAddress.Loopback, port, generation).ToGatewayUri();

    private void Answer(params int[] ports) => _answer = () => Task.FromResult(ports
        .Select(static port => new MembershipEntry { SiloAddress = SiloAddress.New(IPAddress.Loopback, 100 + port, 9), ProxyPort = port, Status = SiloStatus.Active })
        .ToArray());

    private async Task<List<int>> ListAsync()
    {
        var listing = _gateways.GetGateways();
        while (!listing.IsCompleted)
        {
            // A question that nobody answers ends by the clock.
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        var list = await listing;
        Assert.All(list, static gateway => Assert.EndsWith("/0", gateway.AbsolutePath, StringComparison.Ordinal));
        return [.. list.Select(static gateway => gateway.Port)];
    }
}
