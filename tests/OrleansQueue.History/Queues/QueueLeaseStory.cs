namespace OrleansQueue.History.Queues;

/// <summary>One message under one lease, as the broker answered it.</summary>
internal sealed record QueueLeaseStory
{
    /// <summary>When the request reached the broker, in the order of all that was recorded. The lease was given between that and the answer.</summary>
    public required long Began { get; init; }

    /// <summary>When it was answered, in the same order.</summary>
    public required long Sequence { get; init; }

    /// <summary>The lease's number: a later lease has a higher one.</summary>
    public required long Number { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Delivery { get; init; }

    /// <summary>Which life of the cursor answered.</summary>
    public required int Owner { get; init; }

    /// <summary>When the broker answered.</summary>
    public required long At { get; init; }

    /// <summary>Until when its holder may take it for its own: counted from before it asked.</summary>
    public required long HeldUntil { get; init; }

    /// <summary>How long it holds, counted by the broker.</summary>
    public required long Duration { get; init; }
}
