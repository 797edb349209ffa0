namespace OrleansQueue.History.Queues;

/// <summary>
/// Takes down what the broker of queue groups was asked and what it answered, at the broker itself, so that what nobody heard of counts, too; for
/// <see cref="QueueChecker"/>. Times are ticks that every part of the run shares and no clock that is set moves. One thread calls it.
/// </summary>
public sealed class QueueRecorder
{
    private readonly Dictionary<QueueMessage, QueueMessageStory> _stories = [];
    private long _sequence;

    internal Dictionary<string, QueueRules> Rules { get; } = new(StringComparer.Ordinal);

    internal IEnumerable<QueueMessageStory> Stories => _stories.Values;

    /// <summary>From when on no message may wait where somebody has room for it.</summary>
    internal long CalmFrom { get; private set; } = long.MaxValue;

    /// <summary>There is a group.</summary>
    public void Group(string group, QueueRules rules) => Rules[group] = rules;

    /// <summary>From now on nothing goes wrong, and in each group somebody waits who has room.</summary>
    public void Calm(long at) => CalmFrom = at;

    /// <summary>A message lies in the log, so the group must be done with it at the end.</summary>
    public void Stored(QueueMessage message, string? key) => (StoryOf(message).Key, StoryOf(message).IsStored) = (key, true);

    /// <summary>A message can be leased from then on.</summary>
    public void Visible(QueueMessage message, string? key, long at) => (StoryOf(message).Key, StoryOf(message).VisibleAt) = (key, at);

    /// <summary>A request for messages reaches the broker; answers its place in the order of all.</summary>
    public long Leasing() => ++_sequence;

    /// <summary>The broker answered a lease.</summary>
    /// <param name="began">What <see cref="Leasing"/> answered for the request.</param>
    /// <param name="message">The message.</param>
    /// <param name="lease">The lease's number.</param>
    /// <param name="delivery">How often the message was delivered, this time included.</param>
    /// <param name="owner">Which life of the cursor answered.</param>
    /// <param name="at">When.</param>
    /// <param name="asked">When the one who asked sent the request.</param>
    /// <param name="duration">How long the lease holds.</param>
    public void Leased(long began, QueueMessage message, long lease, int delivery, int owner, long at, long asked, long duration) => StoryOf(message).Leases[lease] = new QueueLeaseStory
    {
        Began = began,
        Sequence = ++_sequence,
        Number = lease,
        Delivery = delivery,
        Owner = owner,
        At = at,
        HeldUntil = asked + duration,
        Duration = duration,
    };

    /// <summary>A settlement reaches the broker.</summary>
    /// <param name="message">The message.</param>
    /// <param name="lease">The lease's number.</param>
    /// <param name="ending">What is to be done.</param>
    /// <param name="owner">Which life of the cursor it reached.</param>
    /// <param name="at">When.</param>
    /// <param name="asked">Of a renewal: when the request was sent.</param>
    /// <param name="duration">Of a renewal: how long the lease is to hold.</param>
    public QueueSettlementToken Settling(QueueMessage message, long lease, QueueEnding ending, int owner, long at, long asked, long duration)
    {
        var settlement = new QueueSettlementStory
        {
            Began = ++_sequence,
            BeganAt = at,
            Lease = lease,
            Ending = ending,
            Owner = owner,
            Duration = duration,
            HeldUntil = asked + duration,
        };
        StoryOf(message).Settlements.Add(settlement);
        return new(settlement);
    }

    /// <summary>The broker answered a settlement. Those that it never answers stay unknown.</summary>
    /// <param name="token">The settlement.</param>
    /// <param name="isAccepted">Whether it was made.</param>
    /// <param name="at">When.</param>
    /// <param name="readyAt">When the message may be leased again at the latest; null where it is not to come again, or that is not known.</param>
    public void Settled(QueueSettlementToken token, bool isAccepted, long at, long? readyAt)
    {
        var settlement = token.Settlement;
        settlement.Outcome = isAccepted ? QueueOutcome.Accepted : QueueOutcome.Refused;
        (settlement.Ended, settlement.EndedAt, settlement.ReadyAt) = (++_sequence, at, readyAt);
    }

    /// <summary>The broker tries to append a message to the dead letters.</summary>
    public void Dying(QueueMessage message) => StoryOf(message).Died = Math.Min(StoryOf(message).Died, ++_sequence);

    /// <summary>A message was found in the dead-letter topic.</summary>
    public void Letter(QueueMessage message) => StoryOf(message).Letters++;

    private QueueMessageStory StoryOf(QueueMessage message)
    {
        if (!_stories.TryGetValue(message, out var story))
        {
            _stories.Add(message, story = new QueueMessageStory(message));
        }

        return story;
    }
}
