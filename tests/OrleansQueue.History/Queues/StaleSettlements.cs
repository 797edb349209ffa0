using OrleansQueue.History.Anomalies;

namespace OrleansQueue.History.Queues;

/// <summary>
/// A settlement that was accepted although its lease had ended, by its time, by a settlement before it or because a later lease had the
/// message; or one that was refused although nobody had settled under the lease, which still held.
/// </summary>
internal static class StaleSettlements
{
    // The broker counts in milliseconds.
    private const long Slack = 2 * TimeSpan.TicksPerMillisecond;

    public static void Find(QueueMessageStory story, QueueRules rules, AnomalyList anomalies)
    {
        foreach (var settlement in story.Settlements)
        {
            var mayBeGone = settlement.Outcome == QueueOutcome.Refused && rules.HasRetention && !story.IsStored;
            if (!mayBeGone && WrongWith(story, settlement) is { } wrong)
            {
                anomalies.Add(AnomalyKind.StaleSettlement, story.Message.Partition, () => $"{story.Message}: {settlement.Ending} under {settlement.Lease} at {settlement.BeganAt} was {wrong}");
            }
        }
    }

    private static string? WrongWith(QueueMessageStory story, QueueSettlementStory settlement)
    {
        if (settlement.Outcome == QueueOutcome.Unknown || !story.Leases.TryGetValue(settlement.Lease, out var lease))
        {
            return null;
        }

        var earlier = story.Settlements.Where(other => other != settlement && other.Lease == settlement.Lease);
        if (settlement.Outcome == QueueOutcome.Refused)
        {
            // One that reached the broker in between may have ended the lease first.
            var wasEnded = earlier.Any(other => other.Ends && other.Began < settlement.Ended && other.Outcome != QueueOutcome.Refused);
            return wasEnded || settlement.EndedAt >= story.HeldUntil(lease, settlement.Began) - Slack || settlement.BeganAt < lease.At ? null : "refused while the lease held";
        }

        return earlier.Any(other => other is { Ends: true, Outcome: QueueOutcome.Accepted } && other.Ended < settlement.Began) ? "accepted after another had ended the lease"
            : story.Leases.Values.Any(later => later.Number > lease.Number && later.Sequence < settlement.Began) ? "accepted after a later lease"
            : settlement.Owner == lease.Owner && settlement.BeganAt > Deadline(story, lease, settlement) + Slack ? "accepted after the lease was over"
            : null;
    }

    /// <summary>When the broker takes the lease for over at the latest. A renewal without an answer may have come at any time.</summary>
    private static long Deadline(QueueMessageStory story, QueueLeaseStory lease, QueueSettlementStory before) => story.Settlements
        .Where(renewal => renewal.Lease == lease.Number && renewal is { Ends: false, Outcome: not QueueOutcome.Refused } && renewal.Began < before.Began)
        .Select(renewal => renewal.EndedAt == long.MaxValue ? long.MaxValue - Slack : renewal.EndedAt + renewal.Duration)
        .Append(lease.At + lease.Duration)
        .Max();
}
