using Microsoft.Extensions.Logging;

namespace OrleansQueue.Client;

/// <summary>What consumers log. The event ids are part of what operators rely on: docs/operating/logs.md lists them.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(2000, LogLevel.Warning, "Group {Group}: records of partition {Partition} of topic {Topic} are missing ({Reason}) from offset {From}; it goes on at {To}.")]
    public static partial void Gap(this ILogger logger, string group, Partition partition, string topic, GapReason reason, Offset from, Offset to);

    [LoggerMessage(2001, LogLevel.Debug, "Group {Group}: a commit for partition {Partition} of topic {Topic} was refused, since the partition is another member's.")]
    public static partial void CommitOfOther(this ILogger logger, string group, Partition partition, string topic);

    [LoggerMessage(2002, LogLevel.Warning, "Group {Group}: a commit for partition {Partition} of topic {Topic} was refused: {Reason}")]
    public static partial void CommitRefused(this ILogger logger, string group, Partition partition, string topic, Refusal reason);

    [LoggerMessage(2003, LogLevel.Warning, "Group {Group}: member {Member} has no answer from any broker for {Silence} and ends what it has in hand; it keeps trying.")]
    public static partial void Silent(this ILogger logger, string group, string member, TimeSpan silence);

    [LoggerMessage(2004, LogLevel.Information, "Group {Group}: member {Member} joined.")]
    public static partial void Joined(this ILogger logger, string group, string member);

    [LoggerMessage(2005, LogLevel.Warning, "Group {Group}: member {Member} was silent for too long and is no member any more; it joins again.")]
    public static partial void Expelled(this ILogger logger, string group, string member);

    [LoggerMessage(2006, LogLevel.Error, "Group {Group}: member {Member} ended and does not come back.")]
    public static partial void Ended(this ILogger logger, Exception reason, string group, string member);

    [LoggerMessage(2007, LogLevel.Error, "Group {Group}: partition {Partition} of topic {Topic} cannot be read now; it is tried again, the others go on.")]
    public static partial void CannotRead(this ILogger logger, Exception problem, string group, Partition partition, string topic);

    [LoggerMessage(2008, LogLevel.Information, "Group {Group}: partition {Partition} of topic {Topic} is gone.")]
    public static partial void PartitionGone(this ILogger logger, Exception reason, string group, Partition partition, string topic);

    [LoggerMessage(2009, LogLevel.Warning, "Group {Group}: messages of partition {Partition} of topic {Topic} were still in hand after {Drain} and were cancelled; another member gets them again.")]
    public static partial void NotDrained(this ILogger logger, string group, Partition partition, string topic, TimeSpan drain);

    [LoggerMessage(2010, LogLevel.Warning, "Group {Group}: topic {Topic} is gone; the other topics are read on.")]
    public static partial void TopicGone(this ILogger logger, string group, string topic);

    [LoggerMessage(2011, LogLevel.Debug, "Group {Group}: a call to the broker failed; it is made again.")]
    public static partial void CallFailed(this ILogger logger, Exception problem, string group);

    [LoggerMessage(2012, LogLevel.Error, "Group {Group}: partition {Partition} of topic {Topic} stopped at offset {Offset}. 'oq group resume' lets it go on.")]
    public static partial void Stopped(this ILogger logger, Exception reason, string group, Partition partition, string topic, Offset offset);

    [LoggerMessage(2013, LogLevel.Warning, "Group {Group}: what a handler registered on its cancellation token threw when that was cancelled.")]
    public static partial void CallbackFailed(this ILogger logger, Exception problem, string group);
}
