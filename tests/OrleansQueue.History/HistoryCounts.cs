namespace OrleansQueue.History;

/// <summary>How many operations of a kind ended how.</summary>
/// <param name="Acknowledged">Those that took effect.</param>
/// <param name="Refused">Those that certainly did not.</param>
/// <param name="Unknown">Those of which nobody knows, and those that were never ended.</param>
public readonly record struct OutcomeCounts(long Acknowledged, long Refused, long Unknown)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Acknowledged} acknowledged, {Refused} refused, {Unknown} unknown";
}

/// <summary>
/// What a group got. More than once is allowed wherever delivery is at least once, so it is counted and is no anomaly.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Messages">How many different messages were delivered.</param>
/// <param name="Repeated">How many of them were delivered more than once.</param>
/// <param name="Deliveries">How many deliveries there were in all.</param>
public sealed record GroupDeliveries(string Group, long Messages, long Repeated, long Deliveries)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Group}: {Messages} messages delivered {Deliveries} times, {Repeated} more than once";
}

/// <summary>What a history holds, so that one in which nothing happened is not taken for a sound one.</summary>
/// <param name="Sends">Batches.</param>
/// <param name="Values">Values in those batches.</param>
/// <param name="Polls">Fetches, those that brought nothing among them.</param>
/// <param name="PolledRecords">Records that they brought.</param>
/// <param name="DistinctRecords">Pairs of offset and value among them, each counted once.</param>
/// <param name="Drains">Drains that ended.</param>
/// <param name="Commits">Commits of members; resets are not among them.</param>
/// <param name="Transactions">Transactions whose end was asked for; an aborted one counts as refused.</param>
/// <param name="Groups">What each group got, by name.</param>
public sealed record HistoryCounts(
    OutcomeCounts Sends,
    OutcomeCounts Values,
    long Polls,
    long PolledRecords,
    long DistinctRecords,
    long Drains,
    OutcomeCounts Commits,
    OutcomeCounts Transactions,
    IReadOnlyList<GroupDeliveries> Groups);
