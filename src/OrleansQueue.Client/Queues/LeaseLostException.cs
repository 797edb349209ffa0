namespace OrleansQueue.Client;

/// <summary>The message is not held any more, because its lease ran out or it took too long: what was to become of it is not kept. Others get it again, or got it already.</summary>
public sealed class LeaseLostException : Exception
{
    /// <summary>The message at <paramref name="offset"/> of <paramref name="partition"/> of <paramref name="topic"/> was lost.</summary>
    public LeaseLostException(string topic, Partition partition, Offset offset)
        : base($"The lease of the message at offset {offset} of partition {partition} of topic {topic} is over, so it was not settled.")
    {
        Topic = topic;
        Partition = partition;
        Offset = offset;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition { get; }

    /// <summary>The message's offset.</summary>
    public Offset Offset { get; }
}
