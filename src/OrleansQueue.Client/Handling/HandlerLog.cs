using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>What handlers log. The event ids are part of what operators rely on: docs/operating/logs.md lists them.</summary>
internal static partial class HandlerLog
{
    [LoggerMessage(2020, LogLevel.Warning, "Group {Group}: message {Id} at offset {Offset} of partition {Partition} of topic {Topic} failed, attempt {Attempt} of {Attempts}; it is tried again in {Wait}.")]
    public static partial void Retrying(
        this ILogger logger, Exception error, string group, string id, Offset offset, Partition partition, string topic, int attempt, int attempts, TimeSpan wait);

    [LoggerMessage(2021, LogLevel.Error, "Group {Group}: message {Id} at offset {Offset} of partition {Partition} of topic {Topic} failed and is passed over.")]
    public static partial void Skipped(this ILogger logger, Exception error, string group, string id, Offset offset, Partition partition, string topic);

    [LoggerMessage(2022, LogLevel.Error, "Group {Group}: message {Id} at offset {Offset} of partition {Partition} of topic {Topic} failed after {Attempts} attempts and is dead-lettered.")]
    public static partial void DeadLettered(
        this ILogger logger, Exception error, string group, string id, Offset offset, Partition partition, string topic, int attempts);

    [LoggerMessage(2023, LogLevel.Warning, "Group {Group}: message {Id} at offset {Offset} of partition {Partition} of topic {Topic} failed at delivery {Count}; the group delivers it again later, or dead-letters it where this was the last time.")]
    public static partial void Abandoned(this ILogger logger, Exception error, string group, string id, Offset offset, Partition partition, string topic, int count);

    [LoggerMessage(2024, LogLevel.Error, "Group {Group}: message {Id} at offset {Offset} of partition {Partition} of topic {Topic} is dead-lettered: {Reason}")]
    public static partial void Rejected(this ILogger logger, Exception error, string group, string id, Offset offset, Partition partition, string topic, string reason);

    [LoggerMessage(2025, LogLevel.Error, "Group {Group}: no retry policy could be chosen for message {Id} at offset {Offset} of partition {Partition} of topic {Topic}, whose handler failed; it follows the group.")]
    public static partial void NoPolicy(this ILogger logger, Exception error, string group, string id, Offset offset, Partition partition, string topic);
}
