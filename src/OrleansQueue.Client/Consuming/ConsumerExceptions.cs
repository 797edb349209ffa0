using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>A newer member of the same id took this one's place in the group. It does not join again: two programs were given one member id.</summary>
public sealed class MemberReplacedException : Exception
{
    /// <summary>Member <paramref name="member"/> of <paramref name="group"/> was replaced.</summary>
    public MemberReplacedException(string group, string member)
        : base($"Another member of the id {member} joined group {group} and took this one's place.")
    {
        Group = group;
        MemberId = member;
    }

    /// <summary>The group.</summary>
    public string Group { get; }

    /// <summary>The id of both.</summary>
    public string MemberId { get; }
}

/// <summary>The group is not there: it was deleted, or it was not to be created.</summary>
public sealed class GroupDeletedException : Exception
{
    /// <summary>There is no <paramref name="group"/>.</summary>
    public GroupDeletedException(string group)
        : base($"There is no group {group}.") => Group = group;

    /// <summary>The group.</summary>
    public string Group { get; }
}

/// <summary>A group of that name is there, but of another kind.</summary>
public sealed class GroupKindException : Exception
{
    /// <summary>The <paramref name="group"/> is of kind <paramref name="kind"/>.</summary>
    public GroupKindException(string group, GroupKind kind)
        : base($"Group {group} is of kind {kind}, and a group keeps its kind. Take another name, or delete the group.")
    {
        Group = group;
        Kind = kind;
    }

    /// <summary>The group.</summary>
    public string Group { get; }

    /// <summary>What it is.</summary>
    public GroupKind Kind { get; }
}

/// <summary>The broker refused what was asked for a group.</summary>
public sealed class GroupRefusedException : Exception
{
    /// <summary>The request was refused for <paramref name="reason"/>.</summary>
    public GroupRefusedException(Refusal reason)
        : base(reason?.ToString()) => Reason = reason ?? throw new ArgumentNullException(nameof(reason));

    /// <summary>The field that is wrong, its value and what would have been allowed.</summary>
    public Refusal Reason { get; }
}

/// <summary>The partition is not this member's any more, so what it finished there is not kept; another member gets it again.</summary>
public sealed class PartitionLostException : Exception
{
    /// <summary>The <paramref name="partition"/> of <paramref name="topic"/> was lost.</summary>
    public PartitionLostException(string topic, Partition partition)
        : base($"Partition {partition} of topic {topic} is not this member's any more.")
    {
        Topic = topic;
        Partition = partition;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition { get; }
}
