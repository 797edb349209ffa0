namespace OrleansQueue.Client;

/// <summary>There is no topic of that name. A publish that throws it stored nothing.</summary>
public sealed class UnknownTopicException : Exception
{
    /// <summary>There is no topic called <paramref name="topic"/>.</summary>
    public UnknownTopicException(string topic)
        : base($"There is no topic {topic}. Create it, or let the client do so with {nameof(ClientOptions)}.{nameof(ClientOptions.AutoCreateTopics)}.") => Topic = topic;

    /// <summary>The name that was looked for.</summary>
    public string Topic { get; }
}

/// <summary>
/// The topic was deleted and another one has its name: what was opened belongs to the old one and is of no use any more. Open
/// a new producer or reader to go on with the new topic. A publish that throws it stored nothing.
/// </summary>
public sealed class TopicReplacedException : Exception
{
    /// <summary>The topic <paramref name="topic"/> was <paramref name="opened"/> and is <paramref name="current"/> now.</summary>
    public TopicReplacedException(string topic, TopicId opened, TopicId current)
        : base($"Topic {topic} was deleted and created again: {opened} was opened, {current} has the name now.")
    {
        Topic = topic;
        Opened = opened;
        Current = current;
    }

    /// <summary>The name of both.</summary>
    public string Topic { get; }

    /// <summary>The id of the topic that was opened.</summary>
    public TopicId Opened { get; }

    /// <summary>The id of the topic that has the name now.</summary>
    public TopicId Current { get; }
}

/// <summary>The topic has no such partition. A publish that throws it stored nothing.</summary>
public sealed class UnknownPartitionException : Exception
{
    /// <summary>The topic <paramref name="topic"/> has no partition <paramref name="partition"/>.</summary>
    public UnknownPartitionException(string topic, Partition partition)
        : base($"Topic {topic} has no partition {partition}.")
    {
        Topic = topic;
        Partition = partition;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition that it does not have.</summary>
    public Partition Partition { get; }
}

/// <summary>Stored bytes of the partition are damaged; an operator has to see to it. A publish that throws it stored nothing.</summary>
public sealed class PartitionDamagedException : Exception
{
    /// <summary>The partition is damaged as <paramref name="reason"/> says.</summary>
    public PartitionDamagedException(string topic, Partition partition, string reason)
        : base($"Partition {partition} of topic {topic} is damaged: {reason}")
    {
        Topic = topic;
        Partition = partition;
        Reason = reason;
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition { get; }

    /// <summary>The file, the place and what is wrong there, as the broker says.</summary>
    public string Reason { get; }
}
