using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// Messages that were leased together. They are read in place: nothing is copied or allocated for a message. <c>foreach</c> walks them and
/// checks each batch's CRC on the way; a walk costs that each time.
/// </summary>
public sealed class LeaseBatch
{
    private readonly LeaseResult.Leased _leased;

    internal LeaseBatch(string topic, LeaseResult.Leased leased)
    {
        Topic = topic;
        _leased = leased;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The lease that they are held under.</summary>
    public LeaseId Lease => _leased.Lease;

    /// <summary>Their offsets, and how often they were delivered. None where there was nothing to lease. Offsets may have gaps, so there may be fewer messages.</summary>
    public IReadOnlyList<LeasedRange> Messages => _leased.Selection;

    /// <summary>How long the lease holds, counted from before the request.</summary>
    public TimeSpan ValidFor => _leased.ValidFor;

    /// <summary>Whether they were dead letters that the group redrove; their offsets then are their places among those.</summary>
    public bool IsRedriven => _leased.IsRedriven;

    /// <summary>Whether there are more to lease at once.</summary>
    public bool HasMore => _leased.HasMore;

    /// <summary>Which of the settlements that the request carried were refused.</summary>
    public IReadOnlyList<SettleRefusal> Refusals => _leased.Refusals;

    /// <summary>Walks the messages.</summary>
    /// <exception cref="Batches.InvalidBatchException">A batch is damaged, or in a codec that cannot be opened; the walk throws it.</exception>
    public RecordWalk GetEnumerator() => new(_leased.Parts, [.. _leased.Selection.Select(static range => range.Offsets)]);

    /// <summary>What says the same of all of them.</summary>
    /// <param name="kind">What to do with them.</param>
    public IReadOnlyList<Settlement> SettleAll(SettlementKind kind)
    {
        var all = new List<Settlement>();
        foreach (var range in _leased.Selection)
        {
            if (all.Count != 0 && all[^1].Offsets.End == range.First)
            {
                all[^1] = all[^1] with { Offsets = all[^1].Offsets with { End = range.End } };
            }
            else
            {
                all.Add(new(Lease, range.Offsets, kind));
            }
        }

        return all;
    }
}
