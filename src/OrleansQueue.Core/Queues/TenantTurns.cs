namespace OrleansQueue.Queues;

/// <summary>
/// Which tenant's messages are leased next: of those that have some, the one that got the fewest so far. Who comes, or comes back, begins
/// where the others are, so that nobody saves up turns. It is not kept: under a new owner all begin alike.
/// </summary>
internal sealed class TenantTurns
{
    private const int Slack = 1024;

    private readonly Dictionary<ulong, Tenant> _tenants = [];
    private readonly SortedSet<(long Served, ulong Tenant)> _active = [];
    private long _last;
    private long _turn;

    /// <summary>How many tenants are remembered.</summary>
    public int Known => _tenants.Count;

    /// <summary>How many tenants have messages to lease.</summary>
    public int Active => _active.Count;

    /// <summary>The first place of the first row to lease of the tenant whose turn it is; there is one.</summary>
    public long FirstReady => _tenants[_active.Min.Tenant].Ready.Min;

    /// <summary>A row may be leased.</summary>
    public void Add(ulong id, long first)
    {
        if (!_tenants.TryGetValue(id, out var tenant))
        {
            _tenants.Add(id, tenant = new Tenant());
        }

        if (tenant.Ready.Count == 0)
        {
            if (tenant.LeftIn != _turn)
            {
                tenant.Served = Math.Max(tenant.Served, _active.Count != 0 ? _active.Min.Served : _last);
            }

            _active.Add((tenant.Served, id));
        }

        tenant.Ready.Add(first);
    }

    /// <summary>A row may not be leased any more.</summary>
    public void Remove(ulong id, long first)
    {
        var tenant = _tenants[id];
        tenant.Ready.Remove(first);
        if (tenant.Ready.Count == 0)
        {
            _active.Remove((tenant.Served, id));
            _last = tenant.Served;

            // The rest of a row that was cut comes back within the same turn, and has not been away.
            tenant.LeftIn = _turn;
            Prune();
        }
    }

    /// <summary>A tenant, which has some to lease, gets messages.</summary>
    public void Serve(ulong id, long messages)
    {
        _turn++;
        var tenant = _tenants[id];
        _active.Remove((tenant.Served, id));
        tenant.Served += messages;
        _active.Add((tenant.Served, id));
    }

    /// <summary>Forgets tenants that have nothing and are owed nothing; there may be any number over time.</summary>
    private void Prune()
    {
        if (_tenants.Count <= Slack + (2 * _active.Count))
        {
            return;
        }

        foreach (var (id, _) in _tenants.Where(tenant => tenant.Value.Ready.Count == 0).ToList())
        {
            _tenants.Remove(id);
        }
    }

    private sealed class Tenant
    {
        public SortedSet<long> Ready { get; } = [];

        public long Served { get; set; }

        public long LeftIn { get; set; } = -1;
    }
}
