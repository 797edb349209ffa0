using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>What is to be done when a scenario is over: wait until its groups have finished, count their dead letters, and leave nothing behind.</summary>
internal sealed class RunCleaning(BrokerClient client, IBroker broker) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly List<string> _groups = [];
    private readonly List<string> _topics = [];

    /// <summary>Waits until a group has nothing left of the topic of its name; answers how many of its messages are dead letters.</summary>
    public async Task<long> FinishAsync(string name, CancellationToken cancellationToken)
    {
        _groups.Add(name);
        _topics.Add(name);
        while (await client.Groups.DescribeAsync(name, cancellationToken) is { } status && status.Partitions.Any(partition => partition.Lag != 0))
        {
            await Task.Delay(Pause, cancellationToken);
        }

        long dead = 0;
        await foreach (var topic in DeadLetterTopicsAsync(name, cancellationToken))
        {
            _topics.Add(topic.Name);
            for (var number = 0; number < topic.Settings.Partitions; number++)
            {
                var partition = await broker.DescribePartitionAsync(topic.Id, new Partition(number), cancellationToken);
                dead += partition is null ? 0 : partition.HighWatermark.Value - partition.LogStart.Value;
            }
        }

        return dead;
    }

    /// <summary>A topic that no group reads.</summary>
    public void Forget(string topic) => _topics.Add(topic);

    public async ValueTask DisposeAsync()
    {
        foreach (var group in _groups)
        {
            await client.Groups.DeleteAsync(group);
        }

        foreach (var topic in _topics)
        {
            await broker.DeleteTopicAsync(topic, CancellationToken.None);
        }
    }

    private async IAsyncEnumerable<TopicDescription> DeadLetterTopicsAsync(string group, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await broker.ListTopicsAsync(after, 1_000, cancellationToken);
            foreach (var topic in page.Topics.Where(topic => topic.Settings.DeadLettersOf?.Group == group))
            {
                yield return topic;
            }

            after = page.Next;
        }
        while (after is not null);
    }
}
