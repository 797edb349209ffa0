using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;

namespace OrleansQueue.Grains.Logging;

/// <summary>Passes what happens to logs on to the silo's logger and its metrics.</summary>
internal sealed class LoggedEvents(ILogger<LoggedEvents> logger, BrokerMetrics metrics) : ILogEvents
{
    // A bad place is met by every read that comes to it, and stays bad for as long as this silo runs.
    private readonly ConcurrentDictionary<(LogId Log, string Place, long Position), LogDamagedException> _damages = new();

    public void TailCut(LogId log, TailReport tail)
    {
        logger.TailCut(log.Name, tail.CutBytes, tail.CutFile);
        metrics.TailCut();
    }

    public void Damaged(LogId log, LogDamagedException damage)
    {
        if (_damages.TryAdd((log, damage.Place, damage.Position), damage))
        {
            logger.Damaged(damage, log.Name);
            metrics.Damaged();
        }
    }

    public void Fenced(LogId log, Epoch epoch) => logger.Fenced(log.Name, epoch);

    public void WriteFailed(LogId log, Exception? error) => logger.WriteFailed(error, log.Name);

    public void SidecarLost(LogId log, Offset segment, IOException error) => logger.SidecarLost(error, log.Name, segment);

    public void RetentionFailed(LogId log, Exception error) => logger.RetentionFailed(error, log.Name);

    public void RetentionHeld(TopicPartition partition, string group, Offset from) => logger.RetentionHeld(partition, group, from);

    public void QueueGap(string group, TopicPartition partition, Offset from, Offset to) => logger.QueueGap(group, partition, from, to);

    public void GroupPaused(string group, long failed, long ended, TimeSpan pause)
    {
        logger.GroupPaused(group, pause, ended, failed);
        metrics.GroupPaused();
    }

    public void GroupGoesOn(string group) => logger.GroupGoesOn(group);

    public void Committed(LogId log, long bytes, TimeSpan took) => metrics.Committed(took);
}
