using OrleansQueue.Partitions;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>Who needs records, as a test says.</summary>
internal sealed class TestHolds : IRetentionHolds
{
    /// <summary>What is answered; by default that nobody needs any.</summary>
    public Func<RetentionHold?> OnFind { get; set; } = static () => null;

    /// <summary>How often somebody asked.</summary>
    public int Asked { get; private set; }

    public ValueTask<RetentionHold?> FindAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        Assert.Equal(new TopicPartition(PartitionBench.Topic, PartitionBench.Partition), partition);
        Asked++;
        return new(OnFind());
    }
}
