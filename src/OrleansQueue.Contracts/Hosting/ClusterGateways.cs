using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Messaging;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Sockets;

namespace OrleansQueue;

/// <summary>
/// Gateways of the silos that are active now, asked from the cluster itself each five seconds; while no silo answers, those
/// known last and the ones that were configured. So a client that was told of one silo finds the others, and drops a silo soon
/// after the cluster did, instead of holding on to a fixed list that is read again each minute. A gateway that says nothing while
/// others do is left out for a minute, whereupon Orleans closes the connection and sends its grains' calls through another.
/// </summary>
/// <param name="configured">The list that the application's clustering gives.</param>
/// <param name="grains">Gives the grains of the cluster, which is later than this is made.</param>
/// <param name="watch">What is heard of the gateways.</param>
/// <param name="siloGone">
/// Is called when a silo is active no more. Calls that went to it through the gateway of another are not answered any more, and nobody else
/// tells a client of that: it would wait for their time-out.
/// </param>
/// <param name="clock">Measures how long an answer takes.</param>
internal sealed class ClusterGateways(IGatewayListProvider configured, Func<IGrainFactory> grains, GatewayWatch watch, Action siloGone, TimeProvider? clock = null) : IGatewayListProvider
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeftOutFor = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Dictionary<IPEndPoint, long> _leftOut = [];
    private readonly Lock _lock = new();
    private Task<IList<Uri>>? _listing;
    private List<IPEndPoint> _known = [];
    private HashSet<SiloAddress> _active = [];
    private bool _started;
    private long _question;

    public static TimeSpan RefreshPeriod { get; } = TimeSpan.FromSeconds(5);

    public TimeSpan MaxStaleness => RefreshPeriod;

    public bool IsUpdatable => true;

    /// <summary>
    /// Puts it in front of the list that the clustering of a client configures, before or after this: whichever it is by then is given to
    /// Orleans' own class as the seeds of ours. That class is internal, so it is known by its name.
    /// </summary>
    public static void AddTo(IServiceCollection services)
    {
        var manager = services.Last(static service => service is { IsKeyedService: false, ServiceType.FullName: "Orleans.Messaging.GatewayManager" }).ServiceType;
        services.AddSingleton<GatewayWatch>();
        services.AddSingleton(static provider => new ClusterGateways(
            provider.GetRequiredService<IGatewayListProvider>(),
            provider.GetRequiredService<IGrainFactory>,
            provider.GetRequiredService<GatewayWatch>(),
            provider.GetRequiredService<ConnectionWatch>().Lost));
        services.AddSingleton(manager, provider => ActivatorUtilities.CreateInstance(provider, manager, provider.GetRequiredService<ClusterGateways>()));
        services.AddOptions<ClientConnectionOptions>().Configure<GatewayWatch>(static (options, watch) => options.ConfigureConnection(watch.AddTo));
        services.PostConfigure<GatewayOptions>(static options =>
            options.GatewayListRefreshPeriod = options.GatewayListRefreshPeriod < RefreshPeriod ? options.GatewayListRefreshPeriod : RefreshPeriod);
    }

    public Task InitializeGatewayListProvider() => configured.InitializeGatewayListProvider();

    public Task<IList<Uri>> GetGateways()
    {
        // Orleans asks by a timer, and besides when it knows no gateway; a second question meanwhile has the same answer.
        lock (_lock)
        {
            return _listing is { IsCompleted: false } ? _listing : _listing = ListAsync();
        }
    }

    private async Task<IList<Uri>> ListAsync()
    {
        await Task.Yield();
        return [.. WithoutSilent(await FindAsync()).Select(static gateway => gateway.ToGatewayUri())];
    }

    private async Task<List<IPEndPoint>> FindAsync()
    {
        if (!_started)
        {
            // The first list is asked for before there is a connection to ask through.
            var first = await SeedsAsync();
            _started = true;
            return first;
        }

        var listing = AskAsync(static management => management.GetDetailedHosts(onlyActive: true));
        var probing = watch.Begin() ? ProbeAsync() : Task.CompletedTask;
        var hosts = await listing;
        await probing;
        foreach (var silent in watch.End())
        {
            _leftOut[silent] = _clock.GetTimestamp();
        }

        if (hosts is { Length: not 0 })
        {
            Note([.. hosts.Select(static host => host.SiloAddress)]);
        }

        var active = (hosts ?? []).Where(static host => host.ProxyPort != 0).Select(static host => new IPEndPoint(host.SiloAddress.Endpoint.Address, host.ProxyPort)).ToList();
        if (active.Count > 0)
        {
            return _known = active;
        }

        // No silo answers: the next list is whatever might.
        return _known.Count == 0 ? await SeedsAsync() : [.. _known.Union(await SeedsAsync())];
    }

    private void Note(HashSet<SiloAddress> active)
    {
        (var before, _active) = (_active, active);
        if (!before.IsSubsetOf(active))
        {
            siloGone();
        }
    }

    private List<IPEndPoint> WithoutSilent(List<IPEndPoint> gateways)
    {
        foreach (var (gateway, since) in _leftOut)
        {
            if (_clock.GetElapsedTime(since) >= LeftOutFor)
            {
                _leftOut.Remove(gateway);
            }
        }

        var left = gateways.Where(gateway => !_leftOut.ContainsKey(gateway)).ToList();
        return left.Count > 0 ? left : gateways;
    }

    // Every list that Orleans takes in names a gateway by its address alone, so one that two sources name is one here too.
    private async Task<List<IPEndPoint>> SeedsAsync() =>
        [.. (await configured.GetGateways()).Select(static gateway => gateway.ToGatewayAddress()?.Endpoint).OfType<IPEndPoint>().Distinct()];

    /// <summary>Sends something through each gateway. Orleans gives grains that were never called to the gateways in turn.</summary>
    private async Task ProbeAsync() => await Task.WhenAll(Enumerable.Range(0, 4 * watch.Count).Select(_ => AskAsync(static management => management.GetHosts(onlyActive: true))));

    /// <summary>Asks a grain that every silo has, so that it answers for the silo whose gateway the call goes through; each time another, since each sticks to a gateway.</summary>
    private async Task<T?> AskAsync<T>(Func<IManagementGrain, Task<T>> question)
        where T : class
    {
        try
        {
            return await question(grains().GetGrain<IManagementGrain>(_question++)).WaitAsync(LongestAnswer, _clock);
        }
        catch (Exception error) when (error is TimeoutException or OrleansException or ArgumentException)
        {
            // No silo answers, or, as an ArgumentException, none did yet, so that no grain is known.
            return null;
        }
    }
}
