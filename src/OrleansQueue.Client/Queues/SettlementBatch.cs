using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What became of settlements.</summary>
/// <param name="Refusals">Which the broker refused.</param>
/// <param name="IsRepeated">Whether they were sent more than once; then a refusal may mean that the first time was enough.</param>
/// <param name="GivenUp">Which had no answer until their leases were over.</param>
/// <param name="Problem">Why the broker took none of them; null where it did.</param>
internal sealed record SettleOutcome(IReadOnlyList<SettleRefusal> Refusals, bool IsRepeated, IReadOnlyList<Settlement> GivenUp, Exception? Problem)
{
    /// <summary>Whether a message was not settled, as far as anybody knows.</summary>
    public bool IsRefused(LeaseId lease, Offset offset) =>
        (!IsRepeated && Refusals.Any(refusal => refusal.Lease == lease && refusal.Offsets.Contains(offset)))
        || GivenUp.Any(settlement => settlement.Lease == lease && settlement.Offsets.Contains(offset));
}

/// <summary>Settlements that travel together.</summary>
/// <param name="told">Is told what became of them; null where nobody waits for that.</param>
internal sealed class SettlementBatch(TaskCompletionSource<SettleOutcome>? told)
{
    private readonly List<Settlement> _givenUp = [];

    /// <summary>What is to be told. A call that was given up may still read the list, so it is not changed once it was sent.</summary>
    public List<Settlement> Settlements { get; private set; } = [];

    /// <summary>The leases that they are of.</summary>
    public Dictionary<LeaseId, HeldLease> Leases { get; } = [];

    /// <summary>The leases that are renewed with them.</summary>
    public List<HeldLease> Renewed { get; } = [];

    /// <summary>Whether they may have been made already.</summary>
    public bool IsRepeated { get; set; }

    /// <summary>Gives up what is of leases that are over; answers how much that was.</summary>
    public int GiveUp(long now)
    {
        var over = Settlements.FindAll(settlement => Leases[settlement.Lease].Deadline <= now);
        if (over.Count != 0)
        {
            _givenUp.AddRange(over);
            Settlements = Settlements.FindAll(settlement => Leases[settlement.Lease].Deadline > now);
        }

        return over.Count;
    }

    public void Answer(IReadOnlyList<SettleRefusal> refusals) => told?.TrySetResult(new(refusals, IsRepeated, _givenUp, null));

    public void Fail(Exception problem) => told?.TrySetResult(new([], IsRepeated, _givenUp, problem));
}
