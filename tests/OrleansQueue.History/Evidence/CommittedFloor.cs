namespace OrleansQueue.History.Evidence;

/// <summary>
/// Below which position a group cannot be, as acknowledged commits show. A reset may take effect at any time between its begin
/// and its end, so it lowers the floor at once, also for reads on their way, and commits beside it do not raise it.
/// </summary>
/// <param name="lowest">For each read of the history, the lowest floor while it was on its way.</param>
internal sealed class CommittedFloor(long[] lowest)
{
    private readonly List<int> _openReads = [];
    private int _openResets;
    private long _lastResetEnded = -1;

    /// <summary>The floor; -1 while nothing is known to be committed.</summary>
    public long Offset { get; private set; } = -1;

    public void ResetBegins(CommitOperation reset)
    {
        _openResets++;
        Offset = Math.Min(Offset, reset.Offset);
        foreach (int read in _openReads)
        {
            lowest[read] = Math.Min(lowest[read], reset.Offset);
        }
    }

    public void CommitEnds(CommitOperation commit)
    {
        _openResets -= commit.IsReset ? 1 : 0;
        bool isBesideReset = _openResets > 0 || _lastResetEnded > commit.Began;
        _lastResetEnded = commit.IsReset ? commit.Ended : _lastResetEnded;
        if (!isBesideReset)
        {
            Offset = Math.Max(Offset, commit.Offset);
        }
    }

    public void ReadBegins(int read)
    {
        lowest[read] = Offset;
        _openReads.Add(read);
    }

    public void ReadEnds(int read) => _openReads.Remove(read);
}
