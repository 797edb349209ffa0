namespace OrleansQueue.Client;

/// <summary>Headers that OrleansQueue itself gives a meaning.</summary>
public static class HeaderNames
{
    /// <summary>What the reserved names begin with; applications cannot set such a header by name.</summary>
    public const string ReservedPrefix = "oq-";

    /// <summary>The id that an application gave a message: <see cref="PublishOptions.MessageId"/>, as UTF-8.</summary>
    public const string MessageId = "oq-id";

    /// <summary>The alias of the message's type, as UTF-8; never a name of the programming language.</summary>
    public const string Type = "oq-type";

    /// <summary>The media type of the value, as UTF-8, where it is not that of the default, JSON.</summary>
    public const string ContentType = "oq-content-type";

    /// <summary>
    /// When the message expires: milliseconds since 1970-01-01 UTC, as decimal ASCII digits. It is fixed at the publish, from
    /// the producer's clock and <see cref="PublishOptions.TimeToLive"/>.
    /// </summary>
    public const string Expires = "oq-expires";

    /// <summary>The trace and span in which the message was published: W3C Trace Context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>What tracing systems add to <see cref="TraceParent"/>: W3C Trace Context.</summary>
    public const string TraceState = "tracestate";
}
