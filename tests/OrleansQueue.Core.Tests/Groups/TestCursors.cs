using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>The cursors of a queue group, as a test plays them.</summary>
internal sealed class TestCursors
{
    private readonly List<Watch> _open = [];

    /// <summary>The partitions that are watched now, with the stamp that the question names, in the order of the questions.</summary>
    public IEnumerable<(TopicPartition Partition, long Known)> Open => _open.Select(watch => (watch.Partition, watch.Known));

    /// <summary>How often a partition was asked for news.</summary>
    public int Asked { get; private set; }

    /// <summary>Answers a question for news at once; null where it waits for <see cref="TellAsync"/>.</summary>
    public Func<TopicPartition, QueueNews?> OnWatch { get; set; } = static _ => null;

    /// <summary>Where the cursors were moved to.</summary>
    public List<Position> Seeks { get; } = [];

    /// <summary>Is asked before a cursor is moved.</summary>
    public Action<Position> OnSeek { get; set; } = static _ => { };

    /// <summary>The cursors that were deleted.</summary>
    public List<TopicPartition> Dropped { get; } = [];

    /// <summary>Is asked before a cursor is deleted.</summary>
    public Func<TopicPartition, Task> OnDrop { get; set; } = static _ => Task.CompletedTask;

    public async Task<QueueNews> WatchAsync(TopicPartition partition, long known, CancellationToken cancellationToken)
    {
        Asked++;
        if (OnWatch(partition) is { } news)
        {
            return news;
        }

        var watch = new Watch(partition, known);
        _open.Add(watch);
        using var cancelled = cancellationToken.Register(() => watch.News.TrySetCanceled(cancellationToken));
        try
        {
            return await watch.News.Task;
        }
        finally
        {
            _open.Remove(watch);
        }
    }

    /// <summary>Answers the question for news of a partition, of which there must be one.</summary>
    public async Task TellAsync(TopicPartition partition, int messages, long stamp)
    {
        Assert.Single(_open, watch => watch.Partition == partition).News.SetResult(new QueueNews(messages, stamp));
        await QuietAsync();
    }

    public async Task SeekAsync(Position to)
    {
        await Task.Yield();
        OnSeek(to);
        Seeks.Add(to);
    }

    public async Task DropAsync(TopicPartition partition)
    {
        await OnDrop(partition);
        Dropped.Add(partition);
    }

    /// <summary>Lets everything run that can, on a scheduler that takes one piece after the other.</summary>
    public static async Task QuietAsync()
    {
        for (var turn = 0; turn < 100; turn++)
        {
            await Task.Yield();
        }
    }

    private sealed record Watch(TopicPartition Partition, long Known)
    {
        public TaskCompletionSource<QueueNews> News { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
