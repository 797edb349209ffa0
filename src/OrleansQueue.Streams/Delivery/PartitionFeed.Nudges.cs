using System.Collections.Concurrent;
using Orleans.Streams;
using OrleansQueue.Streams.Agents;
using OrleansQueue.Streams.Tokens;

namespace OrleansQueue.Streams.Delivery;

/// <summary>
/// What an agent would not notice by itself: that a subscription which lags may go on, and that a consumer wants to go back on a quiet stream.
/// </summary>
internal sealed partial class PartitionFeed
{
    private readonly ConcurrentQueue<StreamId> _rewound = new();
    private readonly Queue<Subscription> _toLoad = new();
    private readonly HashSet<StreamId> _nudges = [];
    private readonly HashSet<StreamId> _nudged = [];
    private Task _loading = Task.CompletedTask;

    /// <summary>A consumer of a stream wants to go on elsewhere. Anybody may call it.</summary>
    public void Rewind(StreamId stream)
    {
        _rewound.Enqueue(stream);
        _wakes.Wake();
    }

    private void AskRewound()
    {
        while (_rewound.TryDequeue(out var stream))
        {
            Nudge(stream);
            foreach (var subscription in _book.Of(stream))
            {
                // It is asked as soon as the agent finds nothing more for it. One that is given something says so itself.
                subscription.IsToBeAsked = true;
            }
        }
    }

    private void Nudge(StreamId stream)
    {
        _nudges.Add(stream);
        _wakes.Wake();
    }

    private void AddNudges(List<IBatchContainer> notices)
    {
        if (_nudges.Count != 0)
        {
            // Behind new events of the same stream: the first notice decides where new subscriptions begin.
            notices.AddRange(_nudges.Select(stream => new StreamNotice(stream, new NudgeToken(_cache.End))));
            _nudged.UnionWith(_nudges);
            _nudges.Clear();
        }
    }

    /// <summary>The agent took the last nudges in, and has not ended: those streams are being registered, or it knows already who is subscribed.</summary>
    private void FinishNudges()
    {
        foreach (var stream in _nudged)
        {
            DropUnserved(stream);
        }

        _nudged.Clear();
    }

    private async void Ask(Subscription subscription)
    {
        subscription.IsToBeAsked = false;
        if (subscription.Consumer is not { } consumer)
        {
            return;
        }

        try
        {
            var asked = await OrleansInternals.AskAsync(consumer.Grain, consumer.Id);
            if (asked is not null and not DeliveredToken && subscription.IsDrained && _book.Find(subscription.Key) == subscription)
            {
                subscription.MoveTo(asked.SequenceNumber);
                _book.Lags(subscription);
                Hold(subscription);
                Nudge(subscription.Key.Stream);
            }
        }
        catch (Exception error)
        {
            // It is asked again when the agent registers it anew.
            _settings.Logger.ConsumerNotReached(error, subscription.Key.Stream, subscription.Key.Id);
        }
    }

    private void Load(Subscription subscription)
    {
        if (!subscription.IsInLine)
        {
            subscription.IsInLine = true;
            _toLoad.Enqueue(subscription);
        }

        if (_loading.IsCompleted)
        {
            _loading = LoadAsync();
        }
    }

    /// <summary>Reads older events for those that lag, for one after the other, so that nobody far behind holds up another.</summary>
    private async Task LoadAsync()
    {
        try
        {
            while (!IsClosed && _toLoad.TryDequeue(out var subscription))
            {
                subscription.IsInLine = false;
                if (subscription.IsWaiting && _book.Find(subscription.Key) == subscription)
                {
                    await LoadAsync(subscription);
                }
            }
        }
        catch (OperationCanceledException) when (IsClosed)
        {
            // Nobody waits any more.
        }
    }

    private async Task LoadAsync(Subscription subscription)
    {
        var (from, positions) = (subscription.Next, _positions);
        if (_cache.Find(from) is null)
        {
            var read = await _reads.ReadAsync(new Position(_next.Topic, _next.Partition, new Offset(from), Epoch.None), TimeSpan.Zero, _closed);
            if (positions is null || positions != _positions)
            {
                return;
            }

            switch (read)
            {
                case LogRead.Events events when events.Chunk.End > from:
                    _cache.AddOlder(events.Chunk);
                    break;
                case LogRead.Moved moved when subscription.Next == from:
                    TellDeleted(subscription, from, moved.To.Offset.Value);
                    subscription.MoveTo(moved.To.Offset.Value);
                    break;
                default:
                    // Read again below, after a while: nothing is there although it was.
                    await Task.Delay(Pause, _settings.Clock, _closed);
                    break;
            }
        }

        if (subscription.TryPrepare(_cache, _shape))
        {
            Nudge(subscription.Key.Stream);
        }
        else
        {
            Settle(subscription);
        }
    }

    private async void TellDeleted(Subscription subscription, long from, long to)
    {
        subscription.DeletedFrom = from;
        _settings.Logger.EventsDeleted(subscription.Key.Stream, from, to, subscription.Key.Id);
        if (subscription.Consumer is { } consumer)
        {
            try
            {
                await OrleansInternals.TellAsync(consumer.Grain, consumer.Id, new StreamEventsDeletedException(from, to));
            }
            catch (Exception error)
            {
                _settings.Logger.ConsumerNotReached(error, subscription.Key.Stream, subscription.Key.Id);
            }
        }
    }
}
