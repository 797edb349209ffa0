using OrleansQueue.Broker;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Delivery;

/// <summary>What the feed keeps: each second, and when it ends.</summary>
internal sealed partial class PartitionFeed
{
    private readonly List<Subscription> _held = [];
    private Task _committing = Task.CompletedTask;
    private Task _dropping = Task.CompletedTask;
    private Commit? _unkept;
    private long _committedAt;
    private long _keptFrontier = -1;

    private bool IsChanged => _held.Count != 0 || _book.Lagging != 0 || _book.Frontier != _keptFrontier;

    /// <summary>Ends: what was delivered is kept, and the next one may go on.</summary>
    public async Task CloseAsync(TimeSpan timeout)
    {
        if (IsClosed)
        {
            return;
        }

        EndWait();
        await _closing.CancelAsync();
        using var over = new CancellationTokenSource(timeout, _settings.Clock);
        if (_positions is { } positions)
        {
            await Task.WhenAny(_committing);
            try
            {
                if ((_unkept is null || await KeepAsync(positions, _unkept, over.Token)) && await KeepAsync(positions, TakeCommit(), over.Token))
                {
                    await positions.ReleaseAsync(over.Token);
                }
            }
            catch (Exception problem)
            {
                // Events since the last time that they were kept come again.
                _settings.Logger.PositionsNotKept(problem, _settings.Partition.Number, _settings.Topic);
            }
        }

        await Task.WhenAny(_loading);
    }

    /// <summary>Nothing is given to a subscription until its place is kept, which begins at once.</summary>
    private void Hold(Subscription subscription)
    {
        subscription.IsHeld = true;
        _held.Add(subscription);
        if (IsAttached && _committing.IsCompleted)
        {
            BeginCommit();
        }
    }

    private void CommitWhenDue()
    {
        if (_committing.IsCompleted && (_held.Count != 0 || _settings.Clock.GetElapsedTime(_committedAt) >= _settings.Options.CommitPeriod))
        {
            BeginCommit();
        }
    }

    private void BeginCommit()
    {
        var commit = TakeCommit();
        if (_held.Count != 0 || !commit.Changes.IsEmpty || commit.Frontier != _keptFrontier)
        {
            _committedAt = _settings.Clock.GetTimestamp();
            _committing = CommitAsync(_positions!, commit);
        }
    }

    // An agent that ends drops what it was told or was registering last; nothing of it counts as finished until it asks for more.
    private Commit TakeCommit() => new(Math.Min(_book.Frontier, _untakenFrom), _next.Epoch, _book.TakeChanges());

    private static ValueTask<bool> KeepAsync(IPositionStore positions, Commit commit, CancellationToken cancellationToken) =>
        positions.CommitAsync(commit.Frontier, commit.Epoch, commit.Changes, cancellationToken);

    private async Task CommitAsync(IPositionStore positions, Commit commit)
    {
        List<Subscription> held = [.. _held];
        _held.Clear();
        _unkept = commit;
        while (true)
        {
            try
            {
                if (!await KeepAsync(positions, commit, _closed))
                {
                    _settings.Logger.PositionsTaken(_settings.Partition.Number, _settings.Topic);
                    Detach();
                }

                break;
            }
            catch (Exception problem) when (!IsClosed)
            {
                _settings.Logger.PositionsNotKept(problem, _settings.Partition.Number, _settings.Topic);
            }
            catch (Exception) when (IsClosed)
            {
                return;
            }

            await Task.WhenAny(Task.Delay(Pause, _settings.Clock, _closed));
        }

        _unkept = null;
        _keptFrontier = commit.Frontier;
        foreach (var subscription in held)
        {
            subscription.IsHeld = false;
            Nudge(subscription.Key.Stream);
        }

        if (_held.Count != 0)
        {
            // Those that came meanwhile are not to wait for the next time.
            _wakes.Wake();
        }
    }

    /// <summary>Reads where everybody is; false where that is not to be had yet.</summary>
    private async Task<bool> AttachAsync()
    {
        try
        {
            var dropping = _dropping;
            _dropping = Task.CompletedTask;
            await dropping;
            if (await _settings.Broker.FindTopicAsync(_settings.Topic, _closed) is not { } topic)
            {
                _settings.Logger.TopicMissing(_settings.Topic);
            }
            else if (_settings.PositionsOf(topic.Id) is var positions && await positions.AttachAsync(_closed) is { } kept
                && await PlaceOf(topic.Id, kept) is { } place && !IsClosed)
            {
                Begin(positions, place, kept with { Frontier = place.Offset.Value });
                return true;
            }
        }
        catch (Exception problem) when (!IsClosed)
        {
            _settings.Logger.PositionsNotRead(problem, _settings.Partition.Number, _settings.Topic);
        }

        await _wakes.WaitAsync(null, Pause);
        return false;
    }

    private void Begin(IPositionStore positions, Position place, KeptPositions kept)
    {
        _positions = positions;
        _next = place;
        _shape = _shape with { Topic = place.Topic };
        _reading = null;
        _cache.Reset(kept.Frontier);
        _book.Load(kept);
        _keptFrontier = kept.Frontier;
        foreach (var stream in _book.LaggingStreams)
        {
            Nudge(stream);
        }
    }

    /// <summary>Where reading goes on: where it was, or at the first record where nothing was read yet.</summary>
    private async Task<Position?> PlaceOf(TopicId topic, KeptPositions kept)
    {
        if (kept.Frontier >= 0)
        {
            return new Position(topic, _settings.Partition, new Offset(kept.Frontier), kept.Epoch);
        }

        return await _settings.Broker.ListOffsetsAsync(topic, _settings.Partition, new OffsetQuery.Earliest(), _closed) is ListOffsetsResult.Found found
            ? found.Position
            : null;
    }

    /// <summary>The partition is another silo's, or is no more. Nothing is given out until its positions are read again.</summary>
    private void Detach(ValueTask dropping = default)
    {
        _positions = null;
        _reading = null;
        _dropping = dropping.AsTask();
    }

    /// <summary>What is kept at once: a frontier, and what changed of those that had not finished everything before just that one.</summary>
    private sealed record Commit(long Frontier, Epoch Epoch, PositionChanges Changes);
}
