namespace OrleansQueue.History.Queues;

/// <summary>All that is known of one message in one group.</summary>
internal sealed class QueueMessageStory(QueueMessage message)
{
    public QueueMessage Message => message;

    /// <summary>What it shares its order with; null where it has none.</summary>
    public string? Key { get; set; }

    /// <summary>Whether it lay in the log at the end, so that something must have become of it.</summary>
    public bool IsStored { get; set; }

    /// <summary>When it could be leased first; null where that was not watched.</summary>
    public long? VisibleAt { get; set; }

    /// <summary>By the number of the lease, which is the order in which they were given.</summary>
    public SortedList<long, QueueLeaseStory> Leases { get; } = [];

    public List<QueueSettlementStory> Settlements { get; } = [];

    /// <summary>When the broker first tried to append it to the dead letters, in the order of all; the greatest number where it never did.</summary>
    public long Died { get; set; } = long.MaxValue;

    /// <summary>How often it lies in the dead-letter topic.</summary>
    public int Letters { get; set; }

    /// <summary>From when on the group may be done with it, in the order of all.</summary>
    public long MayBeFinished => Settlements
        .Where(settlement => settlement.Ending is QueueEnding.Complete or QueueEnding.DeadLetter && settlement.Outcome != QueueOutcome.Refused)
        .Select(settlement => settlement.Began)
        .Append(Died)
        .Min();

    /// <summary>
    /// Until when a lease is held for sure, as far as it is known at some point: it is over by then, or somebody settled it before. The last
    /// renewal counts, which may as well make it shorter; so of several that may have been the last, and of those without an answer, the one that ends first.
    /// </summary>
    public long HeldUntil(QueueLeaseStory lease, long sequence)
    {
        var mine = Settlements.Where(settlement => settlement.Lease == lease.Number && settlement.Outcome != QueueOutcome.Refused).ToList();
        var renewals = mine.Where(settlement => !settlement.Ends && settlement.Began < sequence).ToList();
        var last = renewals.Where(renewal => renewal.Ended < sequence).MaxBy(renewal => renewal.Ended);
        var until = renewals.Where(renewal => last is null || renewal.Ended > last.Began).Select(renewal => renewal.HeldUntil);
        return mine.Where(settlement => settlement.Ends).Select(settlement => settlement.BeganAt).Concat(until).Concat(last is null ? [lease.HeldUntil] : []).Min();
    }
}
