namespace OrleansQueue.History;

/// <summary>One thing that a right broker would not have done.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Partition">Where.</param>
/// <param name="Text">Which values, offsets, producers and consumers it concerns, as a sentence.</param>
public sealed record Anomaly(AnomalyKind Kind, PartitionKey Partition, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} in {Partition}: {Text}";
}
