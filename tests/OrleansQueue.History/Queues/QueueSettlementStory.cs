namespace OrleansQueue.History.Queues;

/// <summary>What became of a settlement that reached the broker.</summary>
internal enum QueueOutcome
{
    /// <summary>It was not answered, so it may be made or not.</summary>
    Unknown,

    /// <summary>It is made and kept.</summary>
    Accepted,

    /// <summary>The message was not held under that lease any more.</summary>
    Refused,
}

/// <summary>One settlement of one message.</summary>
internal sealed class QueueSettlementStory
{
    /// <summary>When it reached the broker, in the order of all that was recorded.</summary>
    public required long Began { get; init; }

    /// <summary>When that was.</summary>
    public required long BeganAt { get; init; }

    public required long Lease { get; init; }

    public required QueueEnding Ending { get; init; }

    /// <summary>Which life of the cursor it reached.</summary>
    public required int Owner { get; init; }

    /// <summary>Of a renewal: how long the lease holds from then on.</summary>
    public required long Duration { get; init; }

    /// <summary>Of a renewal: until when the holder may then take the message for its own.</summary>
    public required long HeldUntil { get; init; }

    public QueueOutcome Outcome { get; set; }

    /// <summary>When it was answered, in the order of all; the greatest number where it was not.</summary>
    public long Ended { get; set; } = long.MaxValue;

    /// <summary>When that was.</summary>
    public long EndedAt { get; set; } = long.MaxValue;

    /// <summary>Of an accepted one: when the message may be leased again at the latest; null where it is not to come again, or that is not known.</summary>
    public long? ReadyAt { get; set; }

    /// <summary>Whether it is one that ends the lease.</summary>
    public bool Ends => Ending != QueueEnding.Renew;
}
