using System.Text.Json.Serialization;
using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>One change of a group; the fields that are null say nothing. They are applied in the order in which they stand here.</summary>
internal sealed record GroupEntry
{
    /// <summary>The group exists from now on, with these settings.</summary>
    public SettingsEntry? Created { get; init; }

    /// <summary>The generation from now on.</summary>
    public long? Generation { get; init; }

    /// <summary>Whether the group is paused.</summary>
    public bool? Paused { get; init; }

    /// <summary>The id of a member that is none any more. Its partitions are nobody's.</summary>
    public string? Left { get; init; }

    /// <summary>A member, in place of one of the same id.</summary>
    public MemberEntry? Joined { get; init; }

    /// <summary>Since when, in milliseconds since 1970, the group has no members.</summary>
    public long? EmptySince { get; init; }

    /// <summary>The name of a topic that the group does not read any more.</summary>
    public string? TopicRemoved { get; init; }

    /// <summary>A topic, or more partitions of one.</summary>
    public TopicEntry? Topic { get; init; }

    /// <summary>Who reads partitions.</summary>
    public IReadOnlyList<OwnerEntry>? Owners { get; init; }

    /// <summary>How far the group is.</summary>
    public IReadOnlyList<PositionEntry>? Positions { get; init; }

    /// <summary>A partition that stopped at a message.</summary>
    public StoppedEntry? Stopped { get; init; }

    /// <summary>Every partition that stopped goes on.</summary>
    public bool Resumed { get; init; }

    /// <summary>The highest fence of a coordinator.</summary>
    public FenceEntry? Fence { get; init; }

    /// <summary>The producers of partitions' dead letters.</summary>
    public IReadOnlyList<DeadProducerEntry>? DeadProducers { get; init; }

    /// <summary>The group is being deleted: it serves nobody any more, whoever owns it.</summary>
    public bool Deleting { get; init; }
}

/// <param name="Kind">What the group is.</param>
/// <param name="StartTime">Where it begins, in milliseconds since 1970; null at the beginning.</param>
/// <param name="StartAtEnd">Whether it begins at the end.</param>
/// <param name="Ephemeral">Whether it goes after its last member.</param>
/// <param name="Incarnation">The epoch of the owner that created it. Journals that were written before there were queue groups have none, which reads as 0.</param>
/// <param name="Queue">How it leases; null for groups of another kind.</param>
internal sealed record SettingsEntry(GroupKind Kind, long? StartTime, bool StartAtEnd, bool Ephemeral, int Incarnation = 0, QueueSettingsEntry? Queue = null);

/// <param name="LeaseMilliseconds">How long a lease holds.</param>
/// <param name="MaxDeliveries">How often a message is delivered.</param>
/// <param name="BackoffMilliseconds">How long a message that failed once waits.</param>
/// <param name="MaxBackoffMilliseconds">The longest such wait.</param>
/// <param name="OrderedByKey">Whether the messages of a key come one after another.</param>
/// <param name="ParkKeys">Whether a dead letter parks its key.</param>
/// <param name="TenantHeader">The header that names whose a message is; null for none.</param>
/// <param name="Breaker">When the group is paused because it fails; null for never, and in journals from before there was that.</param>
internal sealed record QueueSettingsEntry(
    long LeaseMilliseconds,
    int MaxDeliveries,
    long BackoffMilliseconds,
    long MaxBackoffMilliseconds,
    bool OrderedByKey,
    bool ParkKeys = false,
    string? TenantHeader = null,
    BreakerEntry? Breaker = null);

/// <param name="FailureRatio">Which part of the deliveries must have failed.</param>
/// <param name="LeastDeliveries">How many deliveries must have ended.</param>
/// <param name="WindowMilliseconds">For how long the end of a delivery counts.</param>
/// <param name="PauseMilliseconds">How long the pause is.</param>
internal sealed record BreakerEntry(double FailureRatio, int LeastDeliveries, long WindowMilliseconds, long PauseMilliseconds);

/// <param name="Id">The member's id.</param>
/// <param name="Generation">The generation in which it joined.</param>
/// <param name="Client">What it calls itself.</param>
/// <param name="Topics">The names of its topics.</param>
/// <param name="SessionMilliseconds">How long it may be silent.</param>
/// <param name="ReleaseMilliseconds">How long it may take to release a partition.</param>
internal sealed record MemberEntry(string Id, long Generation, string Client, IReadOnlyList<string> Topics, long SessionMilliseconds, long ReleaseMilliseconds);

/// <param name="Name">The topic's name.</param>
/// <param name="Id">Its id.</param>
/// <param name="Starts">Where the group begins in the partitions that follow those that it knows.</param>
internal sealed record TopicEntry(string Name, Guid Id, IReadOnlyList<StartEntry> Starts);

/// <param name="Offset">The offset.</param>
/// <param name="Epoch">The epoch of the record before it.</param>
internal readonly record struct StartEntry(long Offset, int Epoch);

/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Owner">The member that reads it; null for nobody.</param>
/// <param name="Since">Since which generation.</param>
internal sealed record OwnerEntry(string Topic, int Partition, string? Owner, long Since);

/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset to read next.</param>
/// <param name="Epoch">The epoch of the record before it.</param>
/// <param name="Metadata">Bytes of the application's.</param>
/// <param name="Gaps">How many gaps there were so far.</param>
internal sealed record PositionEntry(string Topic, int Partition, long Offset, int Epoch, byte[]? Metadata, long Gaps);

/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The message; null where the partition goes on.</param>
/// <param name="Error">Why.</param>
/// <param name="Time">When, in milliseconds since 1970.</param>
internal sealed record StoppedEntry(string Topic, int Partition, long? Offset, string Error, long Time);

/// <param name="Coordinator">The coordinator's name.</param>
/// <param name="Fence">Its fence.</param>
internal sealed record FenceEntry(string Coordinator, long Fence);

/// <param name="Topic">The name of the topic whose dead letters it appends.</param>
/// <param name="Partition">The partition whose dead letters it appends; each has a producer, so that they fail apart.</param>
/// <param name="Id">The producer.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Sequence">The sequence of the dead letter that is being appended, or else of the next.</param>
/// <param name="DyingOffset">The offset of the message that is being dead-lettered; null where none is.</param>
internal sealed record DeadProducerEntry(string Topic, int Partition, long Id, short Epoch, int Sequence, long? DyingOffset);

/// <summary>The whole group, as the changes that make it.</summary>
internal sealed record GroupSnapshot(IReadOnlyList<GroupEntry> Entries);

/// <summary>How groups are written; names in camel case, nothing for what is null, zero or false.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(GroupEntry))]
[JsonSerializable(typeof(GroupSnapshot))]
internal sealed partial class GroupJson : JsonSerializerContext;
