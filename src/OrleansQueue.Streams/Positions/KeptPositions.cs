using OrleansQueue.Streams.Delivery;

namespace OrleansQueue.Streams.Positions;

/// <summary>How far a subscription that lags has come.</summary>
/// <param name="Key">The subscription.</param>
/// <param name="Next">The first offset that its consumer has not finished.</param>
internal readonly record struct KeptPosition(SubscriptionKey Key, long Next);

/// <summary>What is kept of a partition.</summary>
/// <param name="Frontier">Where reading goes on.</param>
/// <param name="Epoch">The epoch of the record before it.</param>
/// <param name="Lagging">The subscriptions that have not finished everything before it.</param>
internal sealed record KeptPositions(long Frontier, Epoch Epoch, IReadOnlyCollection<KeptPosition> Lagging);

/// <summary>What changed in it.</summary>
/// <param name="Lagging">Subscriptions that lag and moved.</param>
/// <param name="Gone">Subscriptions that lag no more, or are no more.</param>
internal sealed record PositionChanges(List<KeptPosition> Lagging, List<SubscriptionKey> Gone)
{
    public bool IsEmpty => Lagging.Count == 0 && Gone.Count == 0;
}
