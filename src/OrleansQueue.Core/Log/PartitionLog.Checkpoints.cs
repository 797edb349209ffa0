using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>What the next owner need not walk: a checkpoint of the last segment is kept now and then, and when the log is closed.</summary>
internal sealed partial class PartitionLog
{
    // A storage that does not answer must not hold up a silo that stops; without the checkpoint the next owner walks a little more.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private long _bytesSinceCheckpoint;
    private int _commitsSinceCheckpoint;
    private Task _checkpointing = Task.CompletedTask;

    /// <summary>A commit is shown, and is not in the last checkpoint.</summary>
    private void CountTowardsCheckpoint(PendingCommit commit)
    {
        _bytesSinceCheckpoint += commit.Bytes;
        _commitsSinceCheckpoint++;
        if ((_bytesSinceCheckpoint >= _options.CheckpointBytes || _commitsSinceCheckpoint >= _options.CheckpointCommits) && _checkpointing.IsCompleted)
        {
            KeepCheckpoint();
        }
    }

    /// <summary>Begins to keep what is known now. Nobody waits for it but who closes the log.</summary>
    private void KeepCheckpoint()
    {
        if (!_opened.Log.UsesCheckpoints || _opened.Segments.Active is not { } active)
        {
            return;
        }

        (_bytesSinceCheckpoint, _commitsSinceCheckpoint) = (0, 0);
        var checkpoint = new TailCheckpoint(active.Length, new BatchContinuity(Offsets.HighWatermark, _opened.State.Epochs.Latest), active.Indexes!, _opened.State);
        _checkpointing = _opened.Segments.KeepAsync(active.FirstOffset, checkpoint).AsTask();
    }

    /// <summary>Keeps what the last checkpoint does not know yet, where this owner still is one.</summary>
    private async ValueTask EndCheckpointsAsync()
    {
        if (_checkpointing.IsCompleted && _commitsSinceCheckpoint != 0 && IsWritable())
        {
            KeepCheckpoint();
        }

        try
        {
            await _checkpointing.WaitAsync(LongestWait, _clock);
        }
        catch (TimeoutException)
        {
            // It may still come, and is as true then.
        }
    }
}
