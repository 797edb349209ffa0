using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// How far a member has come in a partition: up to the first message that is not finished, whatever was finished behind it.
/// Safe to use from many threads.
/// </summary>
/// <param name="start">Where the member began, which the group has as committed.</param>
internal sealed class PartitionProgress(Position start)
{
    private readonly Lock _lock = new();
    private readonly Queue<Claim> _open = new();
    private TaskCompletionSource? _idle;
    private Position _finished = start;
    private Position _kept = start;
    private int _gaps;

    /// <summary>Everything before this place is finished.</summary>
    public Position Finished
    {
        get
        {
            lock (_lock)
            {
                return _finished;
            }
        }
    }

    /// <summary>Messages were taken, behind all that were taken before.</summary>
    public void Begin(Claim claim)
    {
        lock (_lock)
        {
            _open.Enqueue(claim);
        }
    }

    public void Finish(Claim claim)
    {
        lock (_lock)
        {
            claim.IsDone = true;
            while (_open.TryPeek(out var first) && first.IsDone)
            {
                _finished = _open.Dequeue().Next;
            }

            if (_open.Count == 0)
            {
                _idle?.TrySetResult();
                _idle = null;
            }
        }
    }

    /// <summary>There is nothing to do up to a place, once everything that was taken before is finished.</summary>
    public void Pass(Claim place)
    {
        lock (_lock)
        {
            Begin(place);
            Finish(place);
        }
    }

    /// <summary>Records were missing; the next commit counts it.</summary>
    public void CountGap()
    {
        lock (_lock)
        {
            _gaps++;
        }
    }

    /// <summary>Ends when everything that was taken is finished.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            return _open.Count == 0 ? Task.CompletedTask : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>What is to be committed, or null where the group has it all.</summary>
    public Commit? ToCommit(Generation since)
    {
        lock (_lock)
        {
            // A commit never moves back: where records that were read got lost, the group stays where it was until it has come there again.
            return (_kept == _finished && _gaps == 0) || _finished.Offset < _kept.Offset ? null : new Commit(_finished, since, null, _gaps);
        }
    }

    /// <summary>The group has a commit, or never will.</summary>
    public void Kept(Commit commit)
    {
        lock (_lock)
        {
            _kept = commit.Position;
            _gaps -= commit.Gaps;
        }
    }
}
