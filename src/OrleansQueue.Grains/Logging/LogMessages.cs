using Microsoft.Extensions.Logging;

namespace OrleansQueue.Grains.Logging;

/// <summary>Every message that the silo logs. The event ids are part of what operators rely on: docs/operating/logs.md lists them.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1000, LogLevel.Information, "OrleansQueue keeps its logs in {Store} (store {Id}).")]
    public static partial void StoreOpened(this ILogger logger, string store, StoreId id);

    [LoggerMessage(1001, LogLevel.Warning, "Log {Log} was fenced: another owner opened it, and the owner of epoch {Epoch} writes no more.")]
    public static partial void Fenced(this ILogger logger, string log, Epoch epoch);

    [LoggerMessage(1002, LogLevel.Warning, "Log {Log}: a torn tail of {Bytes} bytes was cut; none of it was acknowledged. The bytes are kept in {File}.")]
    public static partial void TailCut(this ILogger logger, string log, long bytes, string? file);

    [LoggerMessage(1003, LogLevel.Error, "Log {Log} is damaged; reading up to the damage goes on. Where it was found as the log was opened, the log takes no appends until that is seen to. Nothing was deleted.")]
    public static partial void Damaged(this ILogger logger, Exception damage, string log);

    [LoggerMessage(1004, LogLevel.Error, "Log {Log}: a write failed. Who waited was told; the log opens itself again.")]
    public static partial void WriteFailed(this ILogger logger, Exception? error, string log);

    [LoggerMessage(1005, LogLevel.Warning, "Log {Log}, segment {Segment}: a file beside it could not be written; it will be rebuilt when it is needed.")]
    public static partial void SidecarLost(this ILogger logger, Exception error, string log, Offset segment);

    [LoggerMessage(1006, LogLevel.Warning, "Log {Log}: what is past its retention could not be deleted; it will be tried again.")]
    public static partial void RetentionFailed(this ILogger logger, Exception error, string log);

    [LoggerMessage(1007, LogLevel.Warning, "Group {Group} had not finished the records of partition {Partition} from offset {From} on, and they are no more: the topic dropped them when it was full, or a tail that was not kept was lost. It goes on at {To}.")]
    public static partial void QueueGap(this ILogger logger, string group, TopicPartition partition, Offset from, Offset to);

    [LoggerMessage(1008, LogLevel.Warning, "Queue group {Group} is paused for {Pause}: of its last {Ended} deliveries {Failed} failed. One message is tried then; `oq group resume` ends the pause.")]
    public static partial void GroupPaused(this ILogger logger, string group, TimeSpan pause, long ended, long failed);

    [LoggerMessage(1009, LogLevel.Information, "Queue group {Group}, which was paused because its deliveries failed, goes on.")]
    public static partial void GroupGoesOn(this ILogger logger, string group);

    [LoggerMessage(1010, LogLevel.Warning, "The duty of {Holder} failed; it will be tried again.")]
    public static partial void DutyFailed(this ILogger logger, Exception error, string holder);

    [LoggerMessage(1011, LogLevel.Warning, "Shard {Shard} of the index of duties could not be asked; it will be tried again.")]
    public static partial void DutyScanFailed(this ILogger logger, Exception error, int shard);

    [LoggerMessage(1012, LogLevel.Warning, "The duty of {Holder} could not be set; its next use tries again.")]
    public static partial void DutyNotSet(this ILogger logger, Exception error, GrainId holder);

    [LoggerMessage(1013, LogLevel.Warning, "Records of partition {Partition} that are past their retention stay, because queue group {Group} has not finished them; it is at offset {From}.")]
    public static partial void RetentionHeld(this ILogger logger, TopicPartition partition, string group, Offset from);

    [LoggerMessage(1014, LogLevel.Warning, "The map of partitions could not be asked; it will be tried again. Until then partitions are placed without it.")]
    public static partial void PlacementNotKnown(this ILogger logger, Exception error);

    [LoggerMessage(1015, LogLevel.Warning, "The silo stops and could not hand its partitions over before; they are opened elsewhere when it has stopped.")]
    public static partial void NotDrained(this ILogger logger, Exception error);

    [LoggerMessage(1016, LogLevel.Information, "This silo writes format level {Level} from now on.")]
    public static partial void FormatRaised(this ILogger logger, FormatLevel level);

    [LoggerMessage(1017, LogLevel.Warning, "The level of formats could not be asked for; it will be tried again. Until then the silo writes the level that it wrote.")]
    public static partial void FormatNotKnown(this ILogger logger, Exception error);

    [LoggerMessage(1018, LogLevel.Critical, "The cluster came to a format level that this version does not know. The silo stops.")]
    public static partial void FormatUnknown(this ILogger logger, Exception error);
}
