namespace OrleansQueue.Broker;

/// <summary>Names of headers that the broker itself reads or writes; docs/formats/headers.md says what each holds.</summary>
public static class ReservedHeaders
{
    /// <summary>The id that an application gave a message.</summary>
    public const string MessageId = "oq-id";

    /// <summary>What the names of a dead letter's headers begin with.</summary>
    public const string DeadPrefix = "oq-dead-";

    /// <summary>Of a dead letter: the topic that the message was published to.</summary>
    public const string DeadTopic = "oq-dead-topic";

    /// <summary>Of a dead letter: the partition that the message lay in.</summary>
    public const string DeadPartition = "oq-dead-partition";

    /// <summary>Of a dead letter: the message's offset there.</summary>
    public const string DeadOffset = "oq-dead-offset";

    /// <summary>Of a dead letter: the group that could not process it.</summary>
    public const string DeadGroup = "oq-dead-group";

    /// <summary>Of a dead letter: how often it was delivered.</summary>
    public const string DeadAttempts = "oq-dead-attempts";

    /// <summary>Of a dead letter: the type and the message of the last exception.</summary>
    public const string DeadError = "oq-dead-error";

    /// <summary>Of a dead letter: when it was given up.</summary>
    public const string DeadTime = "oq-dead-time";

    /// <summary>Of a dead letter of a queue group: why it was given up.</summary>
    public const string DeadReason = "oq-dead-reason";
}
