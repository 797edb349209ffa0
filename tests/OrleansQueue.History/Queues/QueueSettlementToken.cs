namespace OrleansQueue.History.Queues;

/// <summary>Names a settlement whose answer is still to come.</summary>
public readonly struct QueueSettlementToken
{
    internal QueueSettlementToken(QueueSettlementStory settlement) => Settlement = settlement;

    internal QueueSettlementStory Settlement { get; }
}
