using Microsoft.Extensions.Logging;

namespace OrleansQueue.Streams;

/// <summary>Every message that the streams log. The event ids are part of what operators rely on: docs/operating/logs.md lists them.</summary>
internal static partial class StreamLog
{
    [LoggerMessage(1100, LogLevel.Debug, "Partition {Partition} could not be read for its streams; it will be tried again.")]
    public static partial void PartitionUnavailable(this ILogger logger, Exception problem, TopicPartition partition);

    [LoggerMessage(1101, LogLevel.Error, "Partition {Partition} is damaged at offset {Offset}, and its streams wait there: {Reason}")]
    public static partial void PartitionDamaged(this ILogger logger, TopicPartition partition, Offset offset, string reason);

    [LoggerMessage(1102, LogLevel.Error, "A batch of topic {Topic} cannot be opened, so none of its events reaches a stream: {Reason}")]
    public static partial void BatchUnreadable(this ILogger logger, string topic, string reason);

    [LoggerMessage(1103, LogLevel.Warning, "Stream {Stream}: the events from offset {From} up to {To} are no more. Subscription {Subscription} was told, and goes on behind them.")]
    public static partial void EventsDeleted(this ILogger logger, StreamId stream, long from, long to, Guid subscription);

    [LoggerMessage(1104, LogLevel.Warning, "Partition {Partition}: a tail that was delivered to streams was lost since; delivery goes on at offset {Offset}.")]
    public static partial void TailLost(this ILogger logger, TopicPartition partition, Offset offset);

    [LoggerMessage(1105, LogLevel.Warning, "The positions of streams in partition {Partition} of topic {Topic} could not be read; it will be tried again.")]
    public static partial void PositionsNotRead(this ILogger logger, Exception problem, int partition, string topic);

    [LoggerMessage(1106, LogLevel.Warning, "The positions of streams in partition {Partition} of topic {Topic} could not be kept; it will be tried again.")]
    public static partial void PositionsNotKept(this ILogger logger, Exception problem, int partition, string topic);

    [LoggerMessage(1107, LogLevel.Information, "Partition {Partition} of topic {Topic} is served to streams by another silo.")]
    public static partial void PositionsTaken(this ILogger logger, int partition, string topic);

    [LoggerMessage(1108, LogLevel.Warning, "Stream {Stream}: subscription {Subscription} could not process the event at offset {Offset} in {Attempts} attempts; it is dead-lettered.")]
    public static partial void EventGivenUp(this ILogger logger, Exception error, StreamId stream, Guid subscription, long offset, int attempts);

    [LoggerMessage(1109, LogLevel.Warning, "Stream {Stream}: a dead letter could not be stored; it will be tried again.")]
    public static partial void DeadLetterNotStored(this ILogger logger, Exception? error, StreamId stream);

    [LoggerMessage(1110, LogLevel.Debug, "Stream {Stream}: subscription {Subscription} could not be told of an error, or asked where it stands.")]
    public static partial void ConsumerNotReached(this ILogger logger, Exception error, StreamId stream, Guid subscription);

    [LoggerMessage(1111, LogLevel.Warning, "Which partitions this silo serves to streams could not be asked; it will be tried again.")]
    public static partial void PlacesNotKnown(this ILogger logger, Exception error);

    [LoggerMessage(1112, LogLevel.Warning, "Topic {Topic}, which streams read, is not there; it is looked for again.")]
    public static partial void TopicMissing(this ILogger logger, string topic);

    [LoggerMessage(1113, LogLevel.Warning, "Growth of topic {Topic}, which streams read, cannot be refused: {Reason}")]
    public static partial void GrowthNotRefused(this ILogger logger, string topic, Refusal reason);
}
