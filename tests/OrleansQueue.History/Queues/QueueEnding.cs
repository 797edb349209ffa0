namespace OrleansQueue.History.Queues;

/// <summary>What is done with a leased message.</summary>
public enum QueueEnding
{
    /// <summary>It is done.</summary>
    Complete,

    /// <summary>It failed and comes again, or dies.</summary>
    Abandon,

    /// <summary>It was not tried and comes again.</summary>
    Release,

    /// <summary>It is to become a dead letter.</summary>
    DeadLetter,

    /// <summary>Its lease is to hold longer; that ends nothing.</summary>
    Renew,
}
