using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Says what is to be told of a lease in as few settlements as it can be said. What it is given comes in the order of the offsets.</summary>
/// <param name="lease">The lease.</param>
/// <param name="into">Gets the settlements.</param>
internal struct JoinedSettlements(LeaseId lease, List<Settlement> into)
{
    private PendingSettlement _open;
    private bool _isOpen;

    /// <summary>Something more is to be told.</summary>
    public void Add(in PendingSettlement next)
    {
        if (_isOpen && _open.TryJoin(next))
        {
            return;
        }

        End();
        (_open, _isOpen) = (next, true);
    }

    /// <summary>There is nothing more; answers whether there was anything.</summary>
    public readonly bool End()
    {
        if (_isOpen)
        {
            into.Add(_open.Of(lease));
        }

        return _isOpen;
    }
}
