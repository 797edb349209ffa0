namespace OrleansQueue.Log;

/// <summary>
/// The four offsets of a partition and their order, which holds after every change:
/// LogStart &lt;= LastStable &lt;= HighWatermark &lt;= LogEnd.
/// </summary>
internal sealed class OffsetLadder
{
    public OffsetLadder(Offset logStart, Offset logEnd)
    {
        LogStart = logStart;
        LastStable = HighWatermark = LogEnd = logEnd;
        Assert();
    }

    /// <summary>The first offset that is still kept.</summary>
    public Offset LogStart { get; private set; }

    /// <summary>Below it no record belongs to an open transaction.</summary>
    public Offset LastStable { get; private set; }

    /// <summary>Below it everything is kept as the topic's durability says; readers never see past it.</summary>
    public Offset HighWatermark { get; private set; }

    /// <summary>The offset that the next record gets.</summary>
    public Offset LogEnd { get; private set; }

    /// <summary>Records up to <paramref name="logEnd"/> have their offsets but are not kept yet.</summary>
    public void Assign(Offset logEnd) => Change(LogStart, HighWatermark, logEnd);

    /// <summary>Everything below <paramref name="highWatermark"/> is kept.</summary>
    public void Commit(Offset highWatermark) => Change(LogStart, highWatermark, LogEnd);

    /// <summary>What was assigned and not kept is gone; its offsets are given out again.</summary>
    public void Rewind() => Change(LogStart, HighWatermark, HighWatermark);

    /// <summary>Everything below <paramref name="logStart"/> was deleted.</summary>
    public void Trim(Offset logStart) => Change(logStart, HighWatermark, LogEnd);

    private void Change(Offset logStart, Offset highWatermark, Offset logEnd)
    {
        if (logStart < LogStart || highWatermark < HighWatermark)
        {
            throw new InvalidOperationException($"Offsets would fall: {this} to {logStart}, {highWatermark}, {logEnd}.");
        }

        // Without transactions every record that is kept is stable.
        (LogStart, LastStable, HighWatermark, LogEnd) = (logStart, highWatermark, highWatermark, logEnd);
        Assert();
    }

    private void Assert()
    {
        if (LogStart > LastStable || LastStable > HighWatermark || HighWatermark > LogEnd)
        {
            throw new InvalidOperationException($"Offsets are out of order: {this}.");
        }
    }

    public override string ToString() => $"{LogStart} <= {LastStable} <= {HighWatermark} <= {LogEnd}";
}
