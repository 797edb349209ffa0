namespace OrleansQueue.Queues;

/// <summary>The watches of one topic's partitions for the members of a queue group that wait. It belongs to one scheduler.</summary>
internal sealed class TopicWatch
{
    /// <summary>How long a partition that could not be asked is left alone; so long must a wait without news have taken at least.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Func<TopicPartition, long, CancellationToken, ValueTask<QueueNews>> _watch;
    private readonly Func<TopicPartition, int, bool> _wake;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationToken _stop;
    private readonly int _partitions;
    private List<Watched> _resting;

    /// <param name="partitions">The partitions, all of which rest at first.</param>
    /// <param name="watch">Waits for news of a partition that are newer than a stamp.</param>
    /// <param name="wake">Wakes members for so many messages of a partition, none where it is 0; answers whether anybody waited.</param>
    /// <param name="clock">The time.</param>
    /// <param name="ending">Ends the watches for good.</param>
    public TopicWatch(
        IReadOnlyList<TopicPartition> partitions,
        Func<TopicPartition, long, CancellationToken, ValueTask<QueueNews>> watch,
        Func<TopicPartition, int, bool> wake,
        TimeProvider clock,
        CancellationToken ending)
    {
        _watch = watch;
        _wake = wake;
        _clock = clock;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(ending);
        _stop = _stopping.Token;
        _partitions = partitions.Count;
        _resting = [.. partitions.Select(static partition => new Watched(partition))];
    }

    /// <summary>Is told once when all partitions rest, after which it is of no more use.</summary>
    public Action Ended { get; set; } = static () => { };

    /// <summary>Watches the partitions that rest; somebody waits who reads them.</summary>
    public void Resume()
    {
        if (_resting.Count != 0)
        {
            // A watch that is answered at once may rest again before the last has begun.
            var resting = _resting;
            _resting = [];
            resting.ForEach(watched => _ = RunAsync(watched));
        }
    }

    /// <summary>Ends all watches, whatever they would be answered.</summary>
    public void Stop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task RunAsync(Watched watched)
    {
        while (!_stop.IsCancellationRequested)
        {
            var began = _clock.GetTimestamp();
            var news = await AskAsync(watched);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            if (!_wake(watched.Partition, news?.Messages ?? 0))
            {
                Rest(watched);
                return;
            }

            // News that woke nobody are not told yet, so only those that did move the stamp.
            if (news is { Messages: > 0 } told)
            {
                watched.Stamp = told.Stamp;
            }
            else if (news is null || _clock.GetElapsedTime(began) < Pause)
            {
                // Who has no news before the time is over ends all waits, and would be asked round and round.
                await Waits.EndOfAsync(Task.Delay(Pause, _clock, _stop));
            }
        }
    }

    /// <summary>What the partition answered; null where it did not. It is asked again as long as somebody waits, so what kept it is its own affair.</summary>
    private async ValueTask<QueueNews?> AskAsync(Watched watched)
    {
        try
        {
            return await _watch(watched.Partition, watched.Stamp, _stop);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return null;
        }
    }

    private void Rest(Watched watched)
    {
        _resting.Add(watched);
        if (_resting.Count == _partitions)
        {
            Stop();
            Ended();
        }
    }

    private sealed class Watched(TopicPartition partition)
    {
        public TopicPartition Partition => partition;

        /// <summary>The stamp of the news that last woke somebody.</summary>
        public long Stamp { get; set; } = -1;
    }
}
