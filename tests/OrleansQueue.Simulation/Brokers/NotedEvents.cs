using OrleansQueue.Log;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage;

namespace OrleansQueue.Simulation.Brokers;

/// <summary>Puts what logs tell their owners into the trace.</summary>
internal sealed class NotedEvents(World world, Process process) : ILogEvents
{
    public void TailCut(LogId log, TailReport tail) => Note($"{log}: tail cut, {tail.CutBytes} bytes");

    public void Damaged(LogId log, LogDamagedException damage) => Note($"{log}: {damage.Message}");

    public void Fenced(LogId log, Epoch epoch) => Note($"{log}: epoch {epoch} is fenced");

    public void WriteFailed(LogId log, Exception? error) => Note($"{log}: write failed: {error?.Message ?? "no space"}");

    public void SidecarLost(LogId log, Offset segment, IOException error) => Note($"{log}: sidecar of {segment} lost: {error.Message}");

    public void RetentionFailed(LogId log, Exception error) => Note($"{log}: retention failed: {error.Message}");

    public void RetentionHeld(TopicPartition partition, string group, Offset from) => Note($"{partition}: retention waits for {group} at {from}");

    public void Committed(LogId log, long bytes, TimeSpan took) => Note($"{log}: {bytes} bytes kept");

    public void QueueGap(string group, TopicPartition partition, Offset from, Offset to) => Note($"{group} goes from {from} of a partition to {to}");

    public void GroupPaused(string group, long failed, long ended, TimeSpan pause) => Note($"{group} is paused for {pause}: {failed} of {ended} failed");

    public void GroupGoesOn(string group) => Note($"{group} goes on");

    private void Note(string what) => world.Note(process.Name, what);
}
