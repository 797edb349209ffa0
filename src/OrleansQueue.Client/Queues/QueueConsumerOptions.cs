using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Client;

/// <summary>How a member of a queue group takes messages.</summary>
public sealed record QueueConsumerOptions
{
    /// <summary>The least bytes that may be held.</summary>
    internal const int LeastPrefetchBytes = 64 << 10;

    private static readonly TimeSpan LeastSession = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Where the group begins in a topic that it never read, if this member is the one that brings group or topic. Default:
    /// <see cref="StartAt.Earliest"/>, so that nothing is skipped. Not an offset: offsets of partitions have nothing to do with each other.
    /// </summary>
    public StartAt Start { get; init; } = StartAt.Earliest;

    /// <summary>Whether the group is created where there is none. Default: true.</summary>
    public bool CreateGroup { get; init; } = true;

    /// <summary>How a group that this member creates leases, retries and gives up; of no meaning for one that is there. Default: those of <see cref="QueueSettings"/>.</summary>
    public QueueSettings NewGroup { get; init; } = new();

    /// <summary>
    /// The member's id, 1 to 255 characters without controls. Of two live members with one id the older ends with
    /// <see cref="MemberReplacedException"/>. Default: null, a random one.
    /// </summary>
    public string? MemberId { get; init; }

    /// <summary>What the member calls itself, for people, at most 255 characters. Default: the name of the machine.</summary>
    public string ClientName { get; init; } = Environment.MachineName;

    /// <summary>How long the member may be silent until it counts as gone. Its messages stay its own for as long as their leases hold. Default: 30 s; 1 s to 30 min.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the member shows that it lives. A change reaches it at once all the same. Default: 3 s; more than 0, at most a third of the session.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How many messages the member holds at most, leased and not settled, over all partitions together. Default: 500, enough to
    /// keep fast handlers busy; 1 shares slow work most evenly between members; 1 to 10,000.
    /// </summary>
    public int Prefetch { get; init; } = 500;

    /// <summary>How many bytes it holds at most, give or take one answer of one batch for each request. Default: 16 MiB, 64 KiB or more.</summary>
    public int PrefetchBytes { get; init; } = 16 << 20;

    /// <summary>How long a lease holds until it is renewed, which the member does by itself. Default: null, as the group says; 1 s to 12 h.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>
    /// How long a message may be in hand. Then its token is cancelled, its lease is not renewed any more, and it counts as failed. A
    /// report of progress begins the time anew. Default: 5 min; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.
    /// </summary>
    public TimeSpan MaxProcessingTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long messages in hand may take when the consumer stops; then they are cancelled and released. Default: 25 s, within the 30 s that hosts give a stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>
    /// When a message counts as processed. Default: when the application has finished with it. With <see cref="DeliveryMode.AtMostOnce"/>
    /// it is completed before the application gets it.
    /// </summary>
    public DeliveryMode Delivery { get; init; }

    /// <summary>Whether messages whose time to live is over are delivered, too. Default: false, they are completed.</summary>
    public bool IncludeExpired { get; init; }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => (MemberId is null ? null : GroupName.CheckMember(MemberId)) ?? CheckTimes() ?? this switch
    {
        { Start: null or { IsOfOnePartition: true } } => Refusal.OfText("consumer start", "an offset", "earliest, end or a time"),
        { ClientName: null or { Length: > GroupName.MaxLength } } => Refusal.OfText("client name", ClientName ?? "null", $"at most {GroupName.MaxLength} characters"),
        { Prefetch: < 1 or > LeaseRequest.MostMessages } => Refusal.Of("prefetch", Prefetch, $"1 to {LeaseRequest.MostMessages}"),
        { PrefetchBytes: < LeastPrefetchBytes } => Refusal.Of("prefetch bytes", PrefetchBytes, $"{LeastPrefetchBytes} or more"),
        { Delivery: < DeliveryMode.AtLeastOnce or > DeliveryMode.AtMostOnce } => Refusal.Of("delivery mode", (long)Delivery, "at least once or at most once"),
        { NewGroup: null } => Refusal.OfText("new group", "null", "the settings of a queue group"),
        _ => NewGroup.Check(),
    };

    private Refusal? CheckTimes() => this switch
    {
        _ when SessionTimeout < LeastSession || SessionTimeout > LongestSession => Refusal.OfText("session timeout", SessionTimeout.ToString(), "1 second to 30 minutes"),
        _ when HeartbeatInterval <= TimeSpan.Zero || HeartbeatInterval > SessionTimeout / 3 => Refusal.OfText(
            "heartbeat interval", HeartbeatInterval.ToString(), $"more than 0, at most {SessionTimeout / 3}, a third of the session"),
        _ when MaxProcessingTime <= TimeSpan.Zero && MaxProcessingTime != Timeout.InfiniteTimeSpan => Refusal.OfText(
            "max processing time", MaxProcessingTime.ToString(), "more than 0, or infinite"),
        _ when DrainTimeout < TimeSpan.Zero => Refusal.OfText("drain timeout", DrainTimeout.ToString(), "0 or more"),
        _ => Lease is { } lease ? new QueueSettings { Lease = lease }.Check() : null,
    };
}
