using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>What an operator should hear of a log. Core has no logger; its owner passes these on.</summary>
internal interface ILogEvents
{
    /// <summary>A torn tail was cut off when the log was opened; none of it was acknowledged.</summary>
    void TailCut(LogId log, TailReport tail);

    /// <summary>Bytes that were once whole are not any more. Whoever meets the bad place tells of it, so the same one comes again and again.</summary>
    void Damaged(LogId log, LogDamagedException damage);

    /// <summary>Another owner opened the log.</summary>
    void Fenced(LogId log, Epoch epoch);

    /// <summary>A write failed; the log will be opened again.</summary>
    void WriteFailed(LogId log, Exception? error);

    /// <summary>A file beside a segment could not be written; it will be rebuilt when it is needed.</summary>
    void SidecarLost(LogId log, Offset segment, IOException error);

    /// <summary>What is past its retention could not be deleted; it will be tried again.</summary>
    void RetentionFailed(LogId log, Exception error);

    /// <summary>Records that are past their retention stay, because a queue group has not finished them. It is told once for each group that comes to hold them.</summary>
    void RetentionHeld(TopicPartition partition, string group, Offset from);

    /// <summary>Records that a queue group had not finished are no more: a topic that drops its oldest dropped them, or a tail that was not kept was lost.</summary>
    void QueueGap(string group, TopicPartition partition, Offset from, Offset to);

    /// <summary>A queue group's circuit breaker paused it, because so many of its last deliveries failed, or one message that was tried.</summary>
    void GroupPaused(string group, long failed, long ended, TimeSpan pause);

    /// <summary>A queue group that its circuit breaker had paused goes on.</summary>
    void GroupGoesOn(string group);

    /// <summary>A group of batches was kept.</summary>
    void Committed(LogId log, long bytes, TimeSpan took);
}

/// <summary>Tells nobody.</summary>
internal sealed class NoLogEvents : ILogEvents
{
    public static NoLogEvents Instance { get; } = new();

    public void TailCut(LogId log, TailReport tail)
    {
    }

    public void Damaged(LogId log, LogDamagedException damage)
    {
    }

    public void Fenced(LogId log, Epoch epoch)
    {
    }

    public void WriteFailed(LogId log, Exception? error)
    {
    }

    public void SidecarLost(LogId log, Offset segment, IOException error)
    {
    }

    public void RetentionFailed(LogId log, Exception error)
    {
    }

    public void RetentionHeld(TopicPartition partition, string group, Offset from)
    {
    }

    public void QueueGap(string group, TopicPartition partition, Offset from, Offset to)
    {
    }

    public void GroupPaused(string group, long failed, long ended, TimeSpan pause)
    {
    }

    public void GroupGoesOn(string group)
    {
    }

    public void Committed(LogId log, long bytes, TimeSpan took)
    {
    }
}
