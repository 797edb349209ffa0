using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Wire.Queues;

/// <summary>What a cursor tells its group's circuit breaker; what is zero is not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.queue-report-call")]
internal readonly record struct QueueReportCall(
    [property: Id(0)] long Succeeded, [property: Id(1)] long Failed, [property: Id(2)] int Probe, [property: Id(3)] bool HasMessages)
{
    public static QueueReportCall Of(QueueReport report) => new(report.Succeeded, report.Failed, (int)report.Probe, report.HasMessages);

    public QueueReport ToReport() => new(Succeeded, Failed, (ProbeState)Probe, HasMessages);
}

/// <summary>What a group lets a cursor lease.</summary>
[GenerateSerializer, Immutable, Alias("oq.queue-report-answer")]
internal readonly record struct QueueReportAnswer([property: Id(0)] int Permit)
{
    public static QueueReportAnswer Of(QueuePermit permit) => new((int)permit);

    public QueuePermit ToPermit() => (QueuePermit)Permit;
}
