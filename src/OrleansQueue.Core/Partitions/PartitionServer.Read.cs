using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Partitions;

/// <summary>Fetches, places and status.</summary>
internal sealed partial class PartitionServer
{
    private int _waiting;

    /// <inheritdoc cref="IPartitionVerbs.FetchAsync"/>
    public async ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        if (request.Check() is { } refusal)
        {
            return new FetchResult.Refused(refusal);
        }

        try
        {
            var result = await FetchOrWaitAsync(request, cancellationToken);
            _metrics.Fetched(result);
            return result;
        }
        catch (LogDamagedException damage)
        {
            return new FetchResult.Damaged(Tell(damage));
        }
    }

    /// <inheritdoc cref="IPartitionVerbs.ListOffsetsAsync"/>
    public async ValueTask<ListOffsetsResult> ListOffsetsAsync(OffsetQuery query, CancellationToken cancellationToken)
    {
        try
        {
            var found = await AskAsync<ListOffsetsResult>(async log => new ListOffsetsResult.Found(PositionAt(log, await FindAsync(log, query, cancellationToken))));
            return found ?? (_deleted ? new ListOffsetsResult.UnknownPartition() : new ListOffsetsResult.Fenced());
        }
        catch (LogDamagedException damage)
        {
            return new ListOffsetsResult.Damaged(Tell(damage));
        }
    }

    /// <inheritdoc cref="IPartitionVerbs.DescribePartitionAsync"/>
    public async ValueTask<PartitionStatus?> DescribeAsync()
    {
        if (await FindLogAsync() is not { } log)
        {
            return null;
        }

        var offsets = log.Offsets;
        return new PartitionStatus(
            _partition, offsets.LogStart, offsets.LastStable, offsets.HighWatermark, log.SizeInBytes, log.Epoch, _options.Owner, log.Damage?.Message, _heldBy);
    }

    /// <summary>Tells of damage that a call met, and answers how the caller is told.</summary>
    private string Tell(LogDamagedException damage)
    {
        _events.Damaged(LogId.ForPartition(_topic, _partition), damage);
        return damage.Message;
    }

    private static async ValueTask<Offset> FindAsync(PartitionLog log, OffsetQuery query, CancellationToken cancellationToken) => query switch
    {
        OffsetQuery.Earliest => log.Offsets.LogStart,
        OffsetQuery.Latest => log.Offsets.HighWatermark,
        OffsetQuery.AtTime at => await log.FindTimeAsync(at.Time, cancellationToken) ?? log.Offsets.HighWatermark,
        OffsetQuery.EndOfEpoch end => log.EndOf(end.Epoch),
        OffsetQuery.At at => at.Offset,
        _ => throw new ArgumentException($"No such query: {query}.", nameof(query)),
    };

    /// <summary>Asks the log, and once more where it was closed in the middle of it; null where there is none.</summary>
    private async ValueTask<T?> AskAsync<T>(Func<PartitionLog, ValueTask<T>> question)
        where T : class
    {
        while (await FindLogAsync() is { } log)
        {
            try
            {
                return await question(log);
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException && !IsCurrent(log))
            {
                // It was deleted, or opened anew with other settings.
            }
        }

        return null;
    }

    private async ValueTask<FetchResult> FetchOrWaitAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        var longest = request.MaxWait < FetchRequest.LongestWait ? request.MaxWait : FetchRequest.LongestWait;
        while (true)
        {
            Task next = Task.CompletedTask;
            var result = await AskAsync(log =>
            {
                next = log.NextCommit;
                return ReadAsync(log, request, cancellationToken);
            });
            if (result is null)
            {
                return _deleted ? new FetchResult.UnknownPartition() : new FetchResult.Fenced();
            }

            var left = longest - _clock.GetElapsedTime(began);
            if (result is not FetchResult.Fetched { Parts.Count: 0 } || left <= TimeSpan.Zero || _ending.IsCancellationRequested)
            {
                return result;
            }

            if (_waiting >= _options.MaxWaitingFetches)
            {
                return new FetchResult.Throttled(_options.ThrottleTime);
            }

            await WaitAsync(next, left, cancellationToken);
        }
    }

    private async ValueTask WaitAsync(Task next, TimeSpan longest, CancellationToken cancellationToken)
    {
        _waiting++;
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        try
        {
            await Waits.EndOfAsync(next, longest, _clock, waited.Token);
        }
        finally
        {
            _waiting--;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async ValueTask<FetchResult> ReadAsync(PartitionLog log, FetchRequest request, CancellationToken cancellationToken)
    {
        switch (log.Check(request.From, _topic))
        {
            case PositionCheck.TopicReplaced replaced:
                return new FetchResult.TopicReplaced(replaced.Current);
            case PositionCheck.Diverged diverged:
                // An owner that was replaced takes what the next one wrote for lost, and whoever believed it would go back.
                return await log.IsOwnedAsync() ? new FetchResult.Diverged(PositionAt(log, diverged.LastCommon)) : new FetchResult.Fenced();
            case PositionCheck.Overtaken overtaken:
                return new FetchResult.Overtaken(PositionAt(log, overtaken.LogStart));
        }

        var from = request.From.Offset;
        var read = await log.ReadAsync(from, Math.Min(request.MaxBytes, FetchRequest.DefaultMaxBytes), cancellationToken);
        switch (read.Kind)
        {
            case LogReadKind.OutOfRange:
                return new FetchResult.Overtaken(PositionAt(log, read.Next));
            case LogReadKind.Going:
                return new FetchResult.Throttled(_options.ThrottleTime);
        }

        // Offsets have gaps, so as many offsets hold at most as many records.
        var end = Offset.Min(read.Next, from.Plus(Math.Min(request.MaxRecords, read.Next.Value - from.Value)));
        var next = read.Parts.Count == 0 ? request.From : PositionAt(log, end);
        return new FetchResult.Fetched(
            read.Parts, read.Parts.Count == 0 ? [] : [new OffsetRange(from, end)], next, log.Offsets.LogStart, log.Offsets.LastStable, log.Offsets.HighWatermark);
    }

    private Position PositionAt(PartitionLog log, Offset offset) => new(_topic, _partition, offset, log.EpochBefore(offset));
}
