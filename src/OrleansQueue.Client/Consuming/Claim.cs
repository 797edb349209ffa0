namespace OrleansQueue.Client;

/// <summary>A message, or several, that a member took of a partition and has to finish.</summary>
/// <param name="run">The partition.</param>
/// <param name="message">The place of the first message.</param>
/// <param name="next">Where to read on when they are finished.</param>
internal sealed class Claim(PartitionRun run, Position message, Position next)
{
    public PartitionRun Run => run;

    /// <summary>The place of the first message.</summary>
    public Position Message => message;

    /// <summary>Where the group reads on when this is finished and all before it is.</summary>
    public Position Next => next;

    /// <summary>Whether it is finished; the progress of its partition sets it.</summary>
    public bool IsDone { get; set; }

    /// <summary>It is finished; the next commit keeps that.</summary>
    public void Finish() => run.Progress.Finish(this);

    /// <summary>It is finished, and that is kept when the wait ends.</summary>
    /// <exception cref="PartitionLostException">The partition is another member's by now.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        Finish();
        return new ValueTask(run.CommitAsync(cancellationToken));
    }
}
