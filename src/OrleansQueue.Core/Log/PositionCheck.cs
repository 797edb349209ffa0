namespace OrleansQueue.Log;

/// <summary>Whether a log holds what the reader of a position read last.</summary>
internal abstract record PositionCheck
{
    private PositionCheck()
    {
    }

    /// <summary>It does; reading goes on at the position.</summary>
    public sealed record Held : PositionCheck;

    /// <summary>The position belongs to another topic, perhaps one of the same name that was deleted.</summary>
    public sealed record TopicReplaced(TopicId Current) : PositionCheck;

    /// <summary>It does not: records were lost or replaced. Reading goes on at the last offset that both have in common.</summary>
    public sealed record Diverged(Offset LastCommon) : PositionCheck;

    /// <summary>Retention overtook the position; reading goes on where the log starts now.</summary>
    public sealed record Overtaken(Offset LogStart) : PositionCheck;

    /// <summary>Holds a position of a partition against its log.</summary>
    public static PositionCheck Of(Position position, TopicId topic, EpochHistory epochs, OffsetLadder offsets)
    {
        if (position.Topic != topic)
        {
            return new TopicReplaced(topic);
        }

        if (epochs.FindDivergence(position.Epoch, position.Offset, offsets.HighWatermark) is { } lastCommon)
        {
            return new Diverged(Offset.Max(lastCommon, offsets.LogStart));
        }

        if (position.Offset > offsets.HighWatermark)
        {
            // It has no epoch, so nothing tells how much of what is here its reader has read.
            return new Diverged(offsets.LogStart);
        }

        return position.Offset < offsets.LogStart ? new Overtaken(offsets.LogStart) : new Held();
    }
}
