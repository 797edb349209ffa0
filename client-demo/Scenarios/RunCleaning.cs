using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>What is to be done when a scenario is over: wait until its groups have finished, count their dead letters, and leave nothing behind.</summary>
internal sealed class RunCleaning(BrokerClient client, IBroker broker) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

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
                var asked = new Partition(number);
                var partition = await InsistAsync(() => broker.DescribePartitionAsync(topic.Id, asked, cancellationToken), cancellationToken);
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
            await InsistAsync(() => broker.DeleteTopicAsync(topic, CancellationToken.None), CancellationToken.None);
        }
    }

    /// <summary>Asks the broker itself, again where no answer came: a silo of a cluster may just have died.</summary>
    private static async Task<T> InsistAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (BrokerUnavailableException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private async IAsyncEnumerable<TopicDescription> DeadLetterTopicsAsync(string group, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var from = after;
            var page = await InsistAsync(() => broker.ListTopicsAsync(from, 1_000, cancellationToken), cancellationToken);
            foreach (var topic in page.Topics.Where(topic => topic.Settings.DeadLettersOf?.Group == group))
            {
                yield return topic;
            }

            after = page.Next;
        }
        while (after is not null);
    }
}
