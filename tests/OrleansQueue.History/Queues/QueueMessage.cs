namespace OrleansQueue.History.Queues;

/// <summary>A message as one queue group sees it.</summary>
/// <param name="Group">The group.</param>
/// <param name="Partition">Where it was published.</param>
/// <param name="Offset">Its offset there.</param>
public readonly record struct QueueMessage(string Group, PartitionKey Partition, long Offset)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Group} {Partition} {Offset}";
}
