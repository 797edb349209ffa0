using OrleansQueue.Groups;
using OrleansQueue.Log;
using OrleansQueue.Queues;
using OrleansQueue.Storage;

namespace OrleansQueue.Testing;

/// <summary>The cursors of all groups of kind Queue, opened when they are first asked for.</summary>
internal sealed class InProcessQueues(ILogStore store, IQueueSurroundings surroundings, TimeProvider clock) : IAsyncDisposable
{
    private readonly Dictionary<(string Group, TopicPartition Partition), QueueHost> _hosts = [];

    /// <summary>Asks a cursor; what no group may be called and no partition numbered is answered with <paramref name="absent"/>.</summary>
    public Task<T> AskAsync<T>(string group, TopicPartition partition, T absent, Func<QueueHost, ValueTask<T>> call) =>
        GroupName.Check(group) is null && partition.Partition.Number >= 0 ? call(HostOf(group, partition)).AsTask() : Task.FromResult(absent);

    /// <summary>Ends all waits, for good.</summary>
    public void EndWaits()
    {
        foreach (var host in _hosts.Values)
        {
            host.EndWaits();
        }
    }

    /// <summary>Lets go of everything.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.Values.ToList())
        {
            await host.DisposeAsync();
        }
    }

    private QueueHost HostOf(string group, TopicPartition partition)
    {
        if (!_hosts.TryGetValue((group, partition), out var host))
        {
            host = new QueueHost(group, partition, store, surroundings, clock, NoLogEvents.Instance);
            _hosts.Add((group, partition), host);
        }

        return host;
    }
}
