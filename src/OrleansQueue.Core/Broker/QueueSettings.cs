namespace OrleansQueue.Broker;

/// <summary>How a group of kind <see cref="GroupKind.Queue"/> leases, retries and gives up. Fixed when the group is created.</summary>
public sealed record QueueSettings
{
    private const int MostHeaderCharacters = 255;

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

    /// <summary>
    /// Whether a dead-lettered message parks its key: later messages of the key wait until it is redriven or purged. Only with <see cref="OrderedByKey"/>.
    /// Default: false, the key goes on without it.
    /// </summary>
    public bool ParkKeys { get; init; }

    /// <summary>
    /// The header that names whose a message is, for example <c>oq-tenant</c>. Messages of those who wait are then leased in even shares, so that nobody's
    /// backlog is in the way of others. Messages without the header are those of one more. Default: null, first come first served; 1 to 255 characters.
    /// </summary>
    public string? TenantHeader { get; init; }

    /// <summary>When the group is paused because most of its deliveries fail. Default: that of <see cref="BreakerSettings"/>; null for never.</summary>
    public BreakerSettings? Breaker { get; init; } = new();

    /// <summary>What is wrong with the settings, or null.</summary>
    public Refusal? Check() => CheckLease(Lease) ?? this switch
    {
        { MaxDeliveries: < 1 or > 1000 } => Refusal.Of("max deliveries", MaxDeliveries, "1 to 1000"),
        _ when Backoff < TimeSpan.Zero || Backoff > LongestBackoff => Refusal.OfText("backoff", Backoff.ToString(), $"0 to {LongestBackoff}"),
        _ when MaxBackoff < Backoff || MaxBackoff > LongestBackoff => Refusal.OfText("max backoff", MaxBackoff.ToString(), $"{Backoff}, the backoff, to {LongestBackoff}"),
        { ParkKeys: true, OrderedByKey: false } => Refusal.OfText("park keys", "true", "only for groups that are ordered by key"),
        { TenantHeader: { Length: 0 or > MostHeaderCharacters } header } => Refusal.OfText("tenant header", header, $"1 to {MostHeaderCharacters} characters"),
        _ => Breaker?.Check(),
    };

    /// <summary>What is wrong with the length of a lease, or null.</summary>
    internal static Refusal? CheckLease(TimeSpan? lease) =>
        lease < LeastLease || lease > LongestLease ? Refusal.OfText("lease", lease.ToString()!, $"{LeastLease} to {LongestLease}") : null;
}
