namespace OrleansQueue.Broker;

/// <summary>What to do with a leased message. The numbers travel and are stored.</summary>
public enum SettlementKind
{
    /// <summary>It is done and never comes again.</summary>
    Complete = 0,

    /// <summary>It failed: it comes again after a while, with a higher delivery count, or is dead-lettered where it was delivered as often as the group allows.</summary>
    Abandon = 1,

    /// <summary>It was not tried: it is there again at once, and this delivery does not count.</summary>
    Release = 2,

    /// <summary>It goes to the group's dead-letter topic.</summary>
    DeadLetter = 3,

    /// <summary>Its lease holds longer, counted from now.</summary>
    Renew = 4,
}

/// <summary>What became of leased messages.</summary>
/// <param name="Lease">The lease that they are held under.</param>
/// <param name="Offsets">The messages: offsets of that lease.</param>
/// <param name="Kind">What to do with them.</param>
public sealed record Settlement(LeaseId Lease, OffsetRange Offsets, SettlementKind Kind)
{
    /// <summary>Why a message was dead-lettered that was delivered as often as it may be, as its dead letter gives the reason.</summary>
    public const string TooManyDeliveries = "max-deliveries";

    /// <summary>The longest reason or error that is kept; more is cut.</summary>
    public const int MaxTextLength = 1000;

    /// <summary>The most settlements of one request.</summary>
    public const int MostAtOnce = 10_000;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);

    /// <summary>
    /// Of <see cref="SettlementKind.Abandon"/>: when the message comes again, 0 to 7 d. Of <see cref="SettlementKind.Renew"/>: how long the lease
    /// holds from now, 1 s to 12 h. Default: null, as the group says.
    /// </summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Why the message is dead-lettered, for people. Default: null, "rejected".</summary>
    public string? Reason { get; init; }

    /// <summary>What the message failed with, for the dead letter that it may become: type and text of an exception. Default: null.</summary>
    public string? Error { get; init; }

    /// <summary>What is wrong with some settlements, or null.</summary>
    internal static Refusal? Check(IReadOnlyList<Settlement> settlements) =>
        settlements.Count > MostAtOnce
            ? Refusal.Of("settlements", settlements.Count, $"at most {MostAtOnce}")
            : settlements.Select(settlement => settlement.Check()).FirstOrDefault(wrong => wrong is not null);

    private Refusal? Check() => this switch
    {
        { Kind: < SettlementKind.Complete or > SettlementKind.Renew } => Refusal.Of("settlement", (long)Kind, "complete, abandon, release, dead-letter or renew"),
        _ when Offsets.First.Value < 0 || Offsets.End <= Offsets.First => Refusal.OfText("settlement offsets", $"{Offsets.First} to {Offsets.End}", "one or more"),
        { Kind: SettlementKind.Renew } => QueueSettings.CheckLease(Time),
        _ when Time < TimeSpan.Zero || Time > LongestDelay => Refusal.OfText("settlement delay", Time.ToString()!, $"0 to {LongestDelay}"),
        _ => null,
    };
}

/// <summary>Messages to settle.</summary>
/// <param name="Group">The group.</param>
/// <param name="Partition">The partition that they were leased from.</param>
/// <param name="Settlements">What became of them.</param>
public sealed record SettleRequest(string Group, TopicPartition Partition, IReadOnlyList<Settlement> Settlements)
{
    /// <summary>What is wrong with the request, or null.</summary>
    public Refusal? Check() => Settlement.Check(Settlements);
}

/// <summary>
/// Messages that were not settled, because they are not held under that lease any more: it was over, or they were settled before. Whoever
/// settles again because an answer was lost is told so, too.
/// </summary>
/// <param name="Lease">The lease that was named.</param>
/// <param name="Offsets">The messages.</param>
public readonly record struct SettleRefusal(LeaseId Lease, OffsetRange Offsets);

/// <summary>What became of settlements.</summary>
public abstract record SettleResult
{
    private SettleResult()
    {
    }

    /// <summary>All are made and kept but those that are named.</summary>
    /// <param name="Refusals">Which were refused; often none.</param>
    public sealed record Settled(IReadOnlyList<SettleRefusal> Refusals) : SettleResult;

    /// <summary>The broker cannot settle just now; worth another try after that time.</summary>
    /// <param name="After">How long to wait.</param>
    public sealed record Throttled(TimeSpan After) : SettleResult;

    /// <summary>The owner that was asked is no owner any more; asking again reaches the new one.</summary>
    public sealed record Fenced : SettleResult;

    /// <summary>There is no such group of kind Queue.</summary>
    public sealed record UnknownGroup : SettleResult;

    /// <summary>The group does not read that partition, or there is none.</summary>
    public sealed record UnknownPartition : SettleResult;

    /// <summary>The request is bad; nothing was done.</summary>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Refused(Refusal Reason) : SettleResult;
}
