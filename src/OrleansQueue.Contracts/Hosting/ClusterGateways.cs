using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Messaging;

namespace OrleansQueue;

/// <summary>
/// Gateways of the silos that are active now, asked from the cluster itself each five seconds; while no silo answers, those
/// known last and the ones that were configured. So a client that was told of one silo finds the others, and drops a silo soon
/// after the cluster did, instead of holding on to a fixed list that is read again each minute.
/// </summary>
internal sealed class ClusterGateways(IReadOnlyList<IPEndPoint> seeds, IServiceProvider services) : IGatewayListProvider
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(2);

    private readonly List<Uri> _seeds = [.. seeds.Select(seed => SiloAddress.New(seed, 0).ToGatewayUri())];
    private List<Uri> _known = [];
    private bool _connected;

    public TimeSpan MaxStaleness => TimeSpan.FromSeconds(5);

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => Task.CompletedTask;

    public async Task<IList<Uri>> GetGateways()
    {
        // The first list is asked for before there is a connection to ask through.
        if (_connected)
        {
            try
            {
                var management = services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0);
                var hosts = await management.GetDetailedHosts(onlyActive: true).WaitAsync(LongestAnswer);
                _known = [.. hosts.Where(host => host.ProxyPort != 0).Select(host => SiloAddress.New(host.SiloAddress.Endpoint.Address, host.ProxyPort, host.SiloAddress.Generation).ToGatewayUri())];
            }
            catch (Exception error) when (error is TimeoutException or OrleansException)
            {
                // No silo answers: the next list is whatever might.
                _known = [.. _known.Union(_seeds)];
            }
        }

        _connected = true;
        return _known.Count == 0 ? _seeds : _known;
    }
}
