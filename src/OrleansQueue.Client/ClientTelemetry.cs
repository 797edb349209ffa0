using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansQueue.Client;

/// <summary>What the client tells tracing and metrics, both under the name of OrleansQueue.</summary>
internal static class ClientTelemetry
{
    private const string Name = "OrleansQueue";

    private static readonly Meter Meter = new(Name);

    /// <summary>Where activities begin.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Messages that handlers processed.</summary>
    public static Counter<long> Processed { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.processed", "{message}", "Messages that handlers processed.");

    /// <summary>Attempts of handlers that failed and are made again.</summary>
    public static Counter<long> Retried { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.retried", "{message}", "Messages that are tried again after a failure.");

    /// <summary>Messages that were dead-lettered.</summary>
    public static Counter<long> DeadLettered { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.dead_lettered", "{message}", "Messages that were dead-lettered.");

    /// <summary>Messages that failed and were passed over.</summary>
    public static Counter<long> Skipped { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.skipped", "{message}", "Messages that failed and were passed over.");

    /// <summary>Messages that were passed over because their time to live was over.</summary>
    public static Counter<long> Expired { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.expired", "{message}", "Messages whose time to live was over.");

    /// <summary>Messages of queue groups whose lease was over before they were settled.</summary>
    public static Counter<long> LeasesLost { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.leases_lost", "{message}", "Messages whose lease was over before they were settled.");

    /// <summary>Messages of queue groups that were settled when their lease was over.</summary>
    public static Counter<long> SettledTooLate { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.settled_too_late", "{message}", "Messages that were settled when their lease was over.");

    /// <summary>Messages of queue groups that were in hand for too long.</summary>
    public static Counter<long> TimedOut { get; } = Meter.CreateCounter<long>("orleansqueue.consumer.timed_out", "{message}", "Messages that were in hand for too long.");

    public static KeyValuePair<string, object?> Topic(string topic) => new("messaging.destination.name", topic);

    public static KeyValuePair<string, object?> Group(string group) => new("messaging.consumer.group.name", group);
}
