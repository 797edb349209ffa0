using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;

namespace OrleansQueue.Cli.Bench;

/// <summary>The topic that a benchmark works on.</summary>
internal sealed class BenchTopic(IBroker broker, TopicDescription topic)
{
    public string Name => topic.Name;

    public Durability Durability => topic.Settings.Durability;

    /// <summary>Finds the topic, or creates it.</summary>
    /// <exception cref="CommandFailedException">The topic is not as it was asked for, or the broker refuses it.</exception>
    public static async Task<BenchTopic> OpenAsync(Connection connection, BenchOptions options, CancellationToken cancellationToken)
    {
        return await connection.Broker.CreateTopicAsync(options.Topic, options.NewTopic, cancellationToken) switch
        {
            CreateTopicResult.Created created => new BenchTopic(connection.Broker, created.Topic),
            CreateTopicResult.Exists exists when options.FindDifference(exists.Topic.Settings) is { } difference => throw new CommandFailedException(difference.ToString()),
            CreateTopicResult.Exists exists => new BenchTopic(connection.Broker, exists.Topic),
            CreateTopicResult.Refused refused => throw new CommandFailedException(refused.Reason.ToString()),
            var other => throw new InvalidOperationException($"A creation was answered with {other}."),
        };
    }

    /// <summary>Where the partitions end now, all together. Offsets of a topic that only benchmarks publish to have no gaps.</summary>
    public async Task<long> EndAsync(CancellationToken cancellationToken) => (await DescribeAsync(cancellationToken)).Sum(partition => partition.HighWatermark.Value);

    /// <summary>How many records there are.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken) =>
        (await DescribeAsync(cancellationToken)).Sum(partition => partition.HighWatermark.Value - partition.LogStart.Value);

    /// <summary>How each partition stands.</summary>
    public async Task<PartitionStatus[]> DescribeAsync(CancellationToken cancellationToken)
    {
        var partitions = Enumerable.Range(0, topic.Settings.Partitions).Select(number => broker.DescribePartitionAsync(topic.Id, new Partition(number), cancellationToken).AsTask());
        return [.. (await Task.WhenAll(partitions)).OfType<PartitionStatus>()];
    }
}
