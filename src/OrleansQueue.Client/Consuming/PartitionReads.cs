using System.Runtime.ExceptionServices;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Reads a partition for a group: one answer in hand, one ahead where there is room for it.</summary>
internal sealed class PartitionReads : IDisposable
{
    // Damage and long outages do not pass within moments; asking more often would only fill the log.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly GroupConsumer _consumer;
    private readonly PartitionRun _run;
    private readonly ReaderOptions _options;
    private PartitionFetcher _fetcher;
    private Task<Answer>? _ahead;
    private FetchedRecords? _inHand;
    private Position? _passed;
    private int _isDisposed;

    public PartitionReads(GroupConsumer consumer, PartitionRun run, Position start)
    {
        _consumer = consumer;
        _run = run;
        _options = new ReaderOptions { GapFound = FoundGap, OnGap = consumer.Options.OnGap == OnGap.Pause ? OnGap.Stop : OnGap.Continue };
        _fetcher = FetcherAt(start);
        consumer.ReadAhead.Enter();
    }

    /// <summary>The next records; null when there will be none.</summary>
    /// <exception cref="BrokerUnavailableException">No broker answered for too long, and the consumer does not wait for ever.</exception>
    /// <exception cref="PartitionDamagedException">What comes next is damaged, and the consumer does not wait for ever.</exception>
    public async Task<FetchedRecords?> NextAsync()
    {
        PassInHand();
        while (await _run.WhenReadyAsync())
        {
            var ahead = _ahead ?? FetchAsync();
            _ahead = null;
            var answer = await ahead;
            if (answer.Records is { } records && await _run.WhenReadyAsync())
            {
                Take(records);
                return records;
            }

            if (answer.Problem is { } problem)
            {
                await OvercomeAsync(problem);
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            FetchedRecords? before;
            lock (_lock)
            {
                // Whoever still serves it may ask once more, and must not release it again.
                before = _inHand;
                _inHand = null;
            }

            _consumer.ReadAhead.Release(before?.SizeInBytes ?? 0);
            _consumer.ReadAhead.Leave();
        }
    }

    private void Take(FetchedRecords records)
    {
        lock (_lock)
        {
            _inHand = records;
        }

        _consumer.ReadAhead.Take(records.SizeInBytes);
        if (_consumer.ReadAhead.HasRoom)
        {
            _ahead = FetchAsync();
        }
    }

    /// <summary>All messages of the answer in hand were taken, so what lies behind the last of them is passed with it.</summary>
    private void PassInHand()
    {
        Position? to;
        FetchedRecords? before;
        lock (_lock)
        {
            before = _inHand;
            to = _passed ?? before?.Next;
            _inHand = null;
            _passed = null;
        }

        if (to is { } place)
        {
            _run.Progress.Pass(new Claim(_run, place, place));
        }

        _consumer.ReadAhead.Release(before?.SizeInBytes ?? 0);
    }

    private PartitionFetcher FetcherAt(Position start) =>
        new(_consumer.Client, _run.Topic, _options, start, () => _consumer.ReadAhead.BytesOfOne, Passed);

    private async Task<Answer> FetchAsync()
    {
        try
        {
            return new(await _fetcher.NextAsync(_run.Stopping), null);
        }
        catch (OperationCanceledException) when (_run.Stopping.IsCancellationRequested)
        {
            return new(null, null);
        }
        catch (Exception problem)
        {
            // It belongs to whoever takes the next answer, which may be much later.
            return new(null, problem);
        }
    }

    private async Task OvercomeAsync(Exception problem)
    {
        switch (problem)
        {
            case TopicReplacedException or UnknownTopicException or UnknownPartitionException:
                // The next assignment takes it away.
                _consumer.Logger.PartitionGone(problem, _consumer.Group, _run.Id.Partition, _run.Topic);
                await WaitAsync(Never());
                break;
            case ReaderGapException { Gap.To: var to }:
                await StopBehindAsync(to, problem);
                break;
            case BrokerUnavailableException or PartitionDamagedException when _consumer.IsPatient:
                _consumer.Logger.CannotRead(problem, _consumer.Group, _run.Id.Partition, _run.Topic);
                await WaitAsync(Task.Delay(RetryAfter, _consumer.Client.Clock, _run.Stopping));
                break;
            default:
                ExceptionDispatchInfo.Throw(problem);
                break;
        }
    }

    private async Task StopBehindAsync(Position gap, Exception problem)
    {
        // To stop commits the place, so nothing before it may be open.
        await WaitAsync(_run.Progress.WhenIdleAsync());
        if (_run.Stopping.IsCancellationRequested)
        {
            return;
        }

        if (!await _run.StopAtAsync(gap, problem))
        {
            await WaitAsync(Never());
            return;
        }

        _run.Progress.Pass(new Claim(_run, gap, gap));
        _fetcher = FetcherAt(gap);
    }

    private Task Never() => Task.Delay(Timeout.InfiniteTimeSpan, _consumer.Client.Clock, _run.Stopping);

    /// <summary>Waits, but no longer than the partition is read.</summary>
    private async Task WaitAsync(Task what)
    {
        try
        {
            await what.WaitAsync(_run.Stopping);
        }
        catch (OperationCanceledException)
        {
            // Whoever waits for the partition sees that it has stopped.
        }
    }

    private void FoundGap(ReaderGap gap)
    {
        _consumer.Logger.Gap(_consumer.Group, gap.From.Partition, gap.Topic, gap.Reason, gap.From.Offset, gap.To.Offset);
        _run.Progress.CountGap();
        _consumer.Options.GapFound?.Invoke(gap);
    }

    private void Passed(Position to)
    {
        lock (_lock)
        {
            if (_inHand is not null)
            {
                _passed = to;
                return;
            }
        }

        _run.Progress.Pass(new Claim(_run, to, to));
    }

    private readonly record struct Answer(FetchedRecords? Records, Exception? Problem);
}
