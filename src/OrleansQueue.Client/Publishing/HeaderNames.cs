using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Headers that OrleansQueue itself gives a meaning.</summary>
public static class HeaderNames
{
    /// <summary>What the reserved names begin with; applications cannot set such a header by name.</summary>
    public const string ReservedPrefix = "oq-";

    /// <summary>The id that an application gave a message: <see cref="PublishOptions.MessageId"/>, as UTF-8.</summary>
    public const string MessageId = ReservedHeaders.MessageId;

    /// <summary>The alias of the message's type, as UTF-8; never a name of the programming language.</summary>
    public const string Type = "oq-type";

    /// <summary>The media type of the value, as UTF-8, where it is not that of the default, JSON.</summary>
    public const string ContentType = "oq-content-type";

    /// <summary>
    /// When the message expires: milliseconds since 1970-01-01 UTC, as decimal ASCII digits. It is fixed at the publish, from
    /// the producer's clock and <see cref="PublishOptions.TimeToLive"/>.
    /// </summary>
    public const string Expires = "oq-expires";

    /// <summary>What the message belongs to: <see cref="PublishOptions.CorrelationId"/>, as UTF-8.</summary>
    public const string CorrelationId = "oq-correlation-id";

    /// <summary>The topic for answers: <see cref="PublishOptions.ReplyTo"/>, as UTF-8.</summary>
    public const string ReplyTo = "oq-reply-to";

    /// <summary>Of a dead letter: the topic that the message was published to, as UTF-8.</summary>
    public const string DeadTopic = ReservedHeaders.DeadTopic;

    /// <summary>Of a dead letter: the partition that the message lay in, as decimal ASCII digits.</summary>
    public const string DeadPartition = ReservedHeaders.DeadPartition;

    /// <summary>Of a dead letter: the message's offset there, as decimal ASCII digits.</summary>
    public const string DeadOffset = ReservedHeaders.DeadOffset;

    /// <summary>Of a dead letter: the group that could not process it, as UTF-8.</summary>
    public const string DeadGroup = ReservedHeaders.DeadGroup;

    /// <summary>Of a dead letter: how often it was tried, as decimal ASCII digits; 0 where it could not be read.</summary>
    public const string DeadAttempts = ReservedHeaders.DeadAttempts;

    /// <summary>Of a dead letter: the type and the message of the last exception, at most 1,000 characters of UTF-8.</summary>
    public const string DeadError = ReservedHeaders.DeadError;

    /// <summary>Of a dead letter: when it was given up, in milliseconds since 1970-01-01 UTC, as decimal ASCII digits.</summary>
    public const string DeadTime = ReservedHeaders.DeadTime;

    /// <summary>Of a dead letter of a queue group: why it was given up, at most 1,000 characters of UTF-8.</summary>
    public const string DeadReason = ReservedHeaders.DeadReason;

    /// <summary>What the names of a dead letter's headers begin with.</summary>
    internal const string DeadPrefix = ReservedHeaders.DeadPrefix;

    /// <summary>The trace and span in which the message was published: W3C Trace Context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>What tracing systems add to <see cref="TraceParent"/>: W3C Trace Context.</summary>
    public const string TraceState = "tracestate";
}
