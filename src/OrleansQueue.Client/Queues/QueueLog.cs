using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>What members of queue groups log. The event ids are part of what operators rely on: docs/operating/logs.md lists them.</summary>
internal static partial class QueueLog
{
    [LoggerMessage(2040, LogLevel.Warning, "Group {Group}: the lease of {Count} messages of partition {Partition} of topic {Topic} is over; others get them, and what is in hand of them was cancelled.")]
    public static partial void LeaseRanOut(this ILogger logger, string group, int count, Partition partition, string topic);

    [LoggerMessage(2041, LogLevel.Warning, "Group {Group}: message {Id} at offset {Offset} of partition {Partition} of topic {Topic} was in hand for more than {Limit}; it was cancelled and counts as failed.")]
    public static partial void TookTooLong(this ILogger logger, string group, string id, Offset offset, Partition partition, string topic, TimeSpan limit);

    [LoggerMessage(2042, LogLevel.Warning, "Group {Group}: {Count} messages from offset {Offset} of partition {Partition} of topic {Topic} were settled too late: their lease was over, and others get them.")]
    public static partial void SettledTooLate(this ILogger logger, string group, int count, Offset offset, Partition partition, string topic);

    [LoggerMessage(2043, LogLevel.Debug, "Group {Group}: offsets {First} to {End} of partition {Partition} of topic {Topic} were settled again after an answer was lost, and refused: the first time may have been enough.")]
    public static partial void RepeatedSettlementRefused(this ILogger logger, string group, Offset first, Offset end, Partition partition, string topic);

    [LoggerMessage(2044, LogLevel.Warning, "Group {Group}: {Count} settlements had no answer until their leases were over and are given up; their messages may come again.")]
    public static partial void SettlementsGivenUp(this ILogger logger, string group, int count);

    [LoggerMessage(2045, LogLevel.Error, "Group {Group}: settlements for partition {Partition} of topic {Topic} were refused: {Reason}")]
    public static partial void SettlementsRefused(this ILogger logger, string group, Partition partition, string topic, Refusal reason);

    [LoggerMessage(2046, LogLevel.Warning, "Group {Group}: messages were still in hand after {Drain} and were cancelled; others get them.")]
    public static partial void QueueNotDrained(this ILogger logger, string group, TimeSpan drain);

    [LoggerMessage(2047, LogLevel.Warning, "Group {Group}: member {Member} has no answer from any broker for {Silence}; it keeps what it has leased while that holds, and keeps trying.")]
    public static partial void QueueSilent(this ILogger logger, string group, string member, TimeSpan silence);
}
