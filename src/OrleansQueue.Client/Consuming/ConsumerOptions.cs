using OrleansQueue.Broker;
using OrleansQueue.Groups;

namespace OrleansQueue.Client;

/// <summary>When a message counts as processed.</summary>
public enum DeliveryMode
{
    /// <summary>When the application has finished with it; after a failure it may come again. The default.</summary>
    AtLeastOnce = 0,

    /// <summary>Before the application gets it, by a commit for each message: it never comes again, and is lost where the application fails.</summary>
    AtMostOnce = 1,
}

/// <summary>How a member of a consumer group reads.</summary>
public sealed record ConsumerOptions
{
    private static readonly TimeSpan LeastSession = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Where the group begins in a topic that it never read, if this member is the one that brings group or topic. Default:
    /// <see cref="StartAt.Earliest"/>, so that nothing is skipped. Not an offset: offsets of partitions have nothing to do with each other.
    /// </summary>
    public StartAt Start { get; init; } = StartAt.Earliest;

    /// <summary>Whether the group is created where there is none. Default: true.</summary>
    public bool CreateGroup { get; init; } = true;

    /// <summary>Whether a group that this member creates is deleted an hour after its last member left. Default: false, positions never expire.</summary>
    public bool Ephemeral { get; init; }

    /// <summary>
    /// The member's id, 1 to 255 characters without controls. Of two live members with one id the older ends with
    /// <see cref="MemberReplacedException"/>. Default: null, a random one.
    /// </summary>
    public string? MemberId { get; init; }

    /// <summary>What the member calls itself, for people, at most 255 characters. Default: the name of the machine.</summary>
    public string ClientName { get; init; } = Environment.MachineName;

    /// <summary>How long the member may be silent until its partitions go to others; after it the member ends its own handlers. Default: 30 s; 1 s to 30 min.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the member shows that it lives. A change reaches it at once all the same. Default: 3 s; more than 0, at most a third of the session.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How often what is finished is committed. Default: 1 s, what may come again after a crash.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long messages in hand may take when their partition goes to another member or the consumer stops; then they are cancelled. Default: 25 s, within the 30 s that hosts give a stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>The most bytes of one answer, unless its first batch alone is larger. Default: 1 MiB, which brokers do not exceed either.</summary>
    public int MaxBytes { get; init; } = FetchRequest.DefaultMaxBytes;

    /// <summary>
    /// How many bytes all partitions of the member may read ahead together. Default: 64 MiB, at least 64 KiB. One answer for each
    /// partition is always read, so with very many partitions it may be more.
    /// </summary>
    public int ReadAheadBytes { get; init; } = 64 << 20;

    /// <summary>When a message counts as processed. Default: when the application has finished with it.</summary>
    public DeliveryMode Delivery { get; init; }

    /// <summary>Whether messages whose time to live is over are delivered, too. Default: false.</summary>
    public bool IncludeExpired { get; init; }

    /// <summary>What to do where records are missing: <see cref="OnGap.Continue"/>, the default, or <see cref="OnGap.Pause"/>. A gap is logged and counted either way.</summary>
    public OnGap OnGap { get; init; }

    /// <summary>Is told of each gap, one at a time for each partition. Default: nobody.</summary>
    public Action<ReaderGap>? GapFound { get; init; }

    /// <summary>What is wrong with the options, or null.</summary>
    public Refusal? Check() => (MemberId is null ? null : GroupName.CheckMember(MemberId)) ?? CheckTimes() ?? this switch
    {
        { Start: null or { IsOfOnePartition: true } } => Refusal.OfText("consumer start", "an offset", "earliest, end or a time"),
        { ClientName: null or { Length: > GroupName.MaxLength } } => Refusal.OfText("client name", ClientName ?? "null", $"at most {GroupName.MaxLength} characters"),
        { MaxBytes: < 1 } => Refusal.Of("consumer max bytes", MaxBytes, "1 or more"),
        { ReadAheadBytes: < ReaderOptions.LeastReadAhead } => Refusal.Of("consumer read-ahead bytes", ReadAheadBytes, $"{ReaderOptions.LeastReadAhead} or more"),
        { Delivery: < DeliveryMode.AtLeastOnce or > DeliveryMode.AtMostOnce } => Refusal.Of("delivery mode", (long)Delivery, "at least once or at most once"),
        { OnGap: not (OnGap.Continue or OnGap.Pause) } => Refusal.OfText("on gap", OnGap.ToString(), "continue or pause"),
        _ => null,
    };

    private Refusal? CheckTimes() => this switch
    {
        _ when SessionTimeout < LeastSession || SessionTimeout > LongestSession => Refusal.OfText("session timeout", SessionTimeout.ToString(), "1 second to 30 minutes"),
        _ when HeartbeatInterval <= TimeSpan.Zero || HeartbeatInterval > SessionTimeout / 3 => Refusal.OfText(
            "heartbeat interval", HeartbeatInterval.ToString(), $"more than 0, at most {SessionTimeout / 3}, a third of the session"),
        _ when CommitInterval <= TimeSpan.Zero => Refusal.OfText("commit interval", CommitInterval.ToString(), "more than 0"),
        _ when DrainTimeout < TimeSpan.Zero => Refusal.OfText("drain timeout", DrainTimeout.ToString(), "0 or more"),
        _ => null,
    };
}
