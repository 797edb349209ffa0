using Orleans.Streams;
using OrleansQueue.Streams.Tokens;

namespace OrleansQueue.Streams.Delivery;

/// <summary>The cursors of the agent.</summary>
internal sealed partial class PartitionFeed
{
    /// <summary>A cursor for what the agent asks: of a subscription where a call to its consumer went before, of a stream that is being registered where not.</summary>
    public IQueueCacheCursor Open(StreamId stream, StreamSequenceToken? token)
    {
        if (token is not BoundToken bound)
        {
            var start = token is null or NudgeToken ? _cache.End : token.SequenceNumber;
            return new PinCursor(this, _book.AddPin(stream, start));
        }

        var key = new SubscriptionKey(bound.Subscription.Guid, stream);
        var known = _book.Find(key);
        var subscription = known ?? _book.GetOrAdd(key);
        var next = PlaceOf(stream, known, bound);
        if (next is { } place)
        {
            subscription.MoveTo(place);
        }
        else
        {
            subscription.Abandon();
        }

        subscription.Consumer = (bound.Subscription, bound.Consumer);
        subscription.IsServed = true;
        subscription.IsToBeAsked = false;
        if (!subscription.IsDrained)
        {
            _book.Lags(subscription);
        }

        if (bound.Original is not null and not DeliveredToken && subscription.Next < _cache.End)
        {
            // Who goes back is not given anything before that is kept: else nobody would know of it after a crash.
            Hold(subscription);
        }

        var cursor = new FeedCursor(this, subscription, bound.SkipsFirst);
        subscription.Cursor = cursor;
        return cursor;
    }

    /// <summary>Has a cursor step to the next batch; false where there is none at present.</summary>
    public bool Advance(FeedCursor cursor)
    {
        var subscription = cursor.Subscription;
        if (IsClosed || !IsAttached || subscription.Cursor != cursor)
        {
            return false;
        }

        subscription.Finish();
        if (subscription.TryPrepare(_cache, _shape))
        {
            _book.Lags(subscription);
            return subscription.Take() is not null;
        }

        Settle(subscription);
        return false;
    }

    /// <summary>The agent gave a cursor up.</summary>
    public void Close(FeedCursor cursor)
    {
        var subscription = cursor.Subscription;
        if (IsClosed || subscription.Cursor != cursor)
        {
            return;
        }

        subscription.Cursor = null;
        if (subscription.IsDrained)
        {
            _book.Remove(subscription);
        }
        else
        {
            // Perhaps the subscription ended, perhaps only the agent forgot the stream: it is asked.
            subscription.Abandon();
            Nudge(subscription.Key.Stream);
        }
    }

    /// <summary>
    /// A stream is registered, or was given up because the agent ends. Which of both is known when the agent asks for more: until then its events
    /// do not count as finished, so that they are the next agent's where this one ends.
    /// </summary>
    public void Close(Pin pin)
    {
        if (!IsClosed)
        {
            _book.RemovePin(pin);
            _untakenFrom = Math.Min(_untakenFrom, pin.Start);
            _nudged.Add(pin.Stream);
            _wakes.Wake();
        }
    }

    // Where a subscription goes on; null where it is there already.
    private long? PlaceOf(StreamId stream, Subscription? known, BoundToken bound)
    {
        var arrival = _book.PinOf(stream) ?? bound.Arrival;
        return bound.Original switch
        {
            null => known is null ? arrival : null,

            // What the consumer had was in a topic of the same name.
            DeliveredToken other when other.Topic != _next.Topic => known is null ? arrival : null,
            DeliveredToken { Next: var next } when known is null => Math.Max(next, arrival),
            DeliveredToken { Next: var next } when known.IsServed => next <= known.Next || known.IsDrained ? null : next,
            DeliveredToken { Next: var next } => next,

            // Until it is given an event the consumer asks for the same place on and on; of what is deleted there it was told.
            var asked when known is not null && known.DeletedFrom == asked.SequenceNumber => null,
            var asked => asked.SequenceNumber,
        };
    }

    /// <summary>A subscription has nothing to be given: it waits for new events, or for older ones to be read.</summary>
    private void Settle(Subscription subscription)
    {
        if (subscription.IsDrained)
        {
            _book.Drained(subscription);
            if (subscription.IsToBeAsked)
            {
                Ask(subscription);
            }
        }
        else if (subscription.IsWaiting)
        {
            Load(subscription);
        }
    }

    /// <summary>The agent knows everybody who is subscribed to a stream: positions of others are those of subscriptions that ended.</summary>
    private void DropUnserved(StreamId stream)
    {
        if (_book.PinOf(stream) is null)
        {
            foreach (var subscription in _book.Of(stream).Where(static subscription => subscription.Cursor is null).ToList())
            {
                _book.Remove(subscription);
            }
        }
    }
}
