namespace OrleansQueue.Groups;

/// <summary>What all groups of a silo share. Times that are the members' own come with their requests.</summary>
internal sealed record GroupServerOptions
{
    /// <summary>How often a group with members asks whether its topics have grown, were deleted or created again. Default: 10 s, one small call for each topic.</summary>
    public TimeSpan TopicRefresh { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an ephemeral group outlives its last member. Default: 1 h.</summary>
    public TimeSpan EphemeralTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long dead letters stay. Default: 30 days.</summary>
    public TimeSpan DeadLetterRetention { get; init; } = DeadLetterTopic.Retention;
}
