using Microsoft.Extensions.Logging;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Telemetry;

namespace OrleansQueue.Grains.Logging;

/// <summary>Passes what happens to logs on to the silo's logger and its metrics.</summary>
internal sealed class LoggedEvents(ILogger<LoggedEvents> logger, BrokerMetrics metrics) : ILogEvents
{
    public void TailCut(LogId log, TailReport tail) => logger.TailCut(log.Name, tail.CutBytes, tail.CutFile);

    public void Damaged(LogId log, LogDamagedException damage) => logger.Damaged(damage, log.Name);

    public void Fenced(LogId log, Epoch epoch) => logger.Fenced(log.Name, epoch);

    public void WriteFailed(LogId log, Exception? error) => logger.WriteFailed(error, log.Name);

    public void SidecarLost(LogId log, Offset segment, IOException error) => logger.SidecarLost(error, log.Name, segment);

    public void RetentionFailed(LogId log, IOException error) => logger.RetentionFailed(error, log.Name);

    public void Committed(LogId log, long bytes, TimeSpan took) => metrics.Committed(took);
}
