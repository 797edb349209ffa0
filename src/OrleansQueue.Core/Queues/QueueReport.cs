namespace OrleansQueue.Queues;

/// <summary>What a cursor tells its group's circuit breaker.</summary>
/// <param name="Succeeded">How many messages were completed since it last told.</param>
/// <param name="Failed">How many deliveries failed since then: abandoned or dead-lettered.</param>
/// <param name="Probe">How the message stands that it leased as a probe.</param>
/// <param name="HasMessages">Whether it has messages to lease, and so could lease one as a probe.</param>
internal readonly record struct QueueReport(long Succeeded, long Failed, ProbeState Probe, bool HasMessages);

/// <summary>How the message stands that a cursor leased as a probe. The numbers cross the wire and never change.</summary>
internal enum ProbeState
{
    /// <summary>There is none.</summary>
    None = 0,

    /// <summary>It is leased.</summary>
    UnderWay = 1,

    /// <summary>It was completed.</summary>
    Succeeded = 2,

    /// <summary>Its delivery failed, or its lease was over before it was settled.</summary>
    Failed = 3,
}

/// <summary>What a cursor may lease, as far as its group's circuit breaker is concerned. The numbers cross the wire and never change.</summary>
internal enum QueuePermit
{
    /// <summary>Whatever it has.</summary>
    Free = 0,

    /// <summary>Nothing; it asks again in a second, if somebody asks it for messages then.</summary>
    Held = 1,

    /// <summary>One message, to see whether it succeeds.</summary>
    Probe = 2,
}
