using OrleansQueue.Streams.Events;
using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Delivery;

/// <summary>
/// Which subscriptions a partition has and how far each has come. Only those that lag behind what was read are told to the journal: of all
/// others everything before the frontier is finished.
/// </summary>
internal sealed class DeliveryBook(EventCache cache)
{
    private readonly Dictionary<SubscriptionKey, Subscription> _all = [];
    private readonly Dictionary<StreamId, List<Subscription>> _byStream = [];
    private readonly HashSet<Subscription> _lagging = [];
    private readonly Dictionary<SubscriptionKey, long> _kept = [];
    private readonly Dictionary<StreamId, List<Pin>> _pins = [];

    /// <summary>All subscriptions.</summary>
    public IReadOnlyCollection<Subscription> All => _all.Values;

    /// <summary>How many subscriptions there are.</summary>
    public int Count => _all.Count;

    /// <summary>How many of them lag.</summary>
    public int Lagging => _lagging.Count;

    /// <summary>Before it everything is finished by the subscriptions that do not lag.</summary>
    public long Frontier => _pins.Count == 0 ? cache.End : Math.Min(cache.End, _pins.Values.Min(static pins => pins.Min(static pin => pin.Start)));

    /// <summary>The subscriptions of a stream.</summary>
    public IReadOnlyList<Subscription> Of(StreamId stream) => _byStream.TryGetValue(stream, out var subscriptions) ? subscriptions : [];

    public Subscription? Find(SubscriptionKey key) => _all.GetValueOrDefault(key);

    public Subscription GetOrAdd(SubscriptionKey key)
    {
        if (!_all.TryGetValue(key, out var subscription))
        {
            _all.Add(key, subscription = new Subscription(key));
            if (!_byStream.TryGetValue(key.Stream, out var others))
            {
                _byStream.Add(key.Stream, others = new List<Subscription>(1));
            }

            others.Add(subscription);
        }

        return subscription;
    }

    /// <summary>A subscription is at a place from which events of its stream may follow.</summary>
    public void Lags(Subscription subscription) => _lagging.Add(subscription);

    /// <summary>A subscription has finished what was read of its stream.</summary>
    public void Drained(Subscription subscription) => _lagging.Remove(subscription);

    /// <summary>A subscription is no more, or has finished and is not known to the agent.</summary>
    public void Remove(Subscription subscription)
    {
        if (!_all.Remove(subscription.Key))
        {
            return;
        }

        _lagging.Remove(subscription);
        var others = _byStream[subscription.Key.Stream];
        others.Remove(subscription);
        if (others.Count == 0)
        {
            _byStream.Remove(subscription.Key.Stream);
        }
    }

    /// <summary>New events were read.</summary>
    public void Wake(Chunk chunk)
    {
        foreach (var (stream, events) in chunk.Streams)
        {
            foreach (var subscription in Of(stream))
            {
                subscription.Wake(events.First);
                if (!subscription.IsDrained)
                {
                    _lagging.Add(subscription);
                }
            }
        }
    }

    public Pin AddPin(StreamId stream, long start)
    {
        var pin = new Pin(stream, start);
        if (!_pins.TryGetValue(stream, out var pins))
        {
            _pins.Add(stream, pins = new List<Pin>(1));
        }

        pins.Add(pin);
        return pin;
    }

    public void RemovePin(Pin pin)
    {
        if (_pins.TryGetValue(pin.Stream, out var pins) && pins.Remove(pin) && pins.Count == 0)
        {
            _pins.Remove(pin.Stream);
        }
    }

    /// <summary>Where a subscription begins that asks for nothing else while its stream is being registered; null where it is not.</summary>
    public long? PinOf(StreamId stream) => _pins.TryGetValue(stream, out var pins) ? pins.Min(static pin => pin.Start) : null;

    /// <summary>
    /// Puts what a journal kept in place of what is known. A subscription that the agent serves goes on where the journal says; one that the
    /// journal does not name has finished everything before the frontier.
    /// </summary>
    public void Load(KeptPositions kept)
    {
        _kept.Clear();
        _lagging.Clear();
        foreach (var subscription in _all.Values)
        {
            subscription.MoveTo(kept.Frontier, isDrained: true);
            subscription.IsServed = false;
        }

        foreach (var position in kept.Lagging)
        {
            _kept.Add(position.Key, position.Next);
            var subscription = GetOrAdd(position.Key);
            subscription.MoveTo(position.Next);
            _lagging.Add(subscription);
        }
    }

    /// <summary>The streams of subscriptions that lag.</summary>
    public IEnumerable<StreamId> LaggingStreams => _lagging.Select(static subscription => subscription.Key.Stream).Distinct();

    /// <summary>What changed since the last time; it counts as kept from now on.</summary>
    public PositionChanges TakeChanges()
    {
        var changes = new PositionChanges([], []);
        foreach (var subscription in _lagging)
        {
            if (!_kept.TryGetValue(subscription.Key, out var kept) || kept != subscription.Next)
            {
                changes.Lagging.Add(new KeptPosition(subscription.Key, subscription.Next));
            }
        }

        foreach (var key in _kept.Keys)
        {
            if (Find(key) is not { } subscription || !_lagging.Contains(subscription))
            {
                changes.Gone.Add(key);
            }
        }

        foreach (var key in changes.Gone)
        {
            _kept.Remove(key);
        }

        foreach (var position in changes.Lagging)
        {
            _kept[position.Key] = position.Next;
        }

        return changes;
    }
}
