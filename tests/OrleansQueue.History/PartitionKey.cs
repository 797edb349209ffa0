namespace OrleansQueue.History;

/// <summary>A partition as a history names it.</summary>
/// <param name="Topic">The topic; a topic made again under an old name needs a name of its own here, for its offsets begin anew.</param>
/// <param name="Partition">Counted from 0.</param>
public readonly record struct PartitionKey(string Topic, int Partition)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Topic}/{Partition}";
}
