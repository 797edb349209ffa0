namespace OrleansQueue.Broker;

/// <summary>How a group of kind <see cref="GroupKind.Queue"/> leases, retries and gives up. Fixed when the group is created.</summary>
public sealed record QueueSettings
{
    private static readonly TimeSpan LeastLease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLease = TimeSpan.FromHours(12);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromDays(7);

    /// <summary>How long a lease holds unless it is renewed. Default: 30 s; 1 s to 12 h.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a message is delivered before it is dead-lettered. Default: 10; 1 to 1,000.</summary>
    public int MaxDeliveries { get; init; } = 10;

    /// <summary>How long a message that failed once waits for its next delivery; twice as long after each further failure, give or take 20 %. Default: 1 s; 0 to 7 d.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such wait. Default: 5 min; from <see cref="Backoff"/> to 7 d.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether the messages of one key are delivered one after another, in the order of their offsets. Messages without a key have no order. Default: false.</summary>
    public bool OrderedByKey { get; init; }

    /// <summary>What is wrong with the settings, or null.</summary>
    public Refusal? Check() => CheckLease(Lease) ?? this switch
    {
        { MaxDeliveries: < 1 or > 1000 } => Refusal.Of("max deliveries", MaxDeliveries, "1 to 1000"),
        _ when Backoff < TimeSpan.Zero || Backoff > LongestBackoff => Refusal.OfText("backoff", Backoff.ToString(), $"0 to {LongestBackoff}"),
        _ when MaxBackoff < Backoff || MaxBackoff > LongestBackoff => Refusal.OfText("max backoff", MaxBackoff.ToString(), $"{Backoff}, the backoff, to {LongestBackoff}"),
        _ => null,
    };

    /// <summary>What is wrong with the length of a lease, or null.</summary>
    internal static Refusal? CheckLease(TimeSpan? lease) =>
        lease < LeastLease || lease > LongestLease ? Refusal.OfText("lease", lease.ToString()!, $"{LeastLease} to {LongestLease}") : null;
}
