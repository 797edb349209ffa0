using OrleansQueue.History.Queues;

namespace OrleansQueue.History.Tests;

/// <summary>What queue groups promise never to do is found, and what they may do is not.</summary>
public sealed class QueueTests
{
    private const long Lease = 100 * TimeSpan.TicksPerMillisecond;
    private static readonly QueueMessage First = new("billing", Story.Here, 0);
    private static readonly QueueMessage Second = new("billing", Story.Here, 1);

    private readonly QueueRecorder _recorder = new();
    private long _lease;

    public QueueTests() => _recorder.Group("billing", new QueueRules(OrderedByKey: true, MaxDeliveries: 3, LongestWait: Lease));

    [Fact]
    public void Messages_that_are_completed_or_dead_after_failures_are_right()
    {
        _recorder.Stored(First, "a");
        _recorder.Stored(Second, "a");
        Settle(First, Take(First, 1, at: 0), QueueEnding.Abandon, at: 1);
        Settle(First, Take(First, 2, at: 2), QueueEnding.Release, at: 3);
        Settle(First, Take(First, 2, at: 4), QueueEnding.Complete, at: 5);
        Settle(Second, Take(Second, 1, at: 6), QueueEnding.DeadLetter, at: 7);
        _recorder.Dying(Second);
        _recorder.Letter(Second);
        Assert.Empty(QueueChecker.Check(_recorder));
    }

    [Fact]
    public void A_message_that_nobody_completed_is_lost()
    {
        _recorder.Stored(First, null);
        Settle(First, Take(First, 1, at: 0), QueueEnding.Abandon, at: 1);
        Shows(AnomalyKind.LostMessage);
    }

    [Fact]
    public void A_completion_without_an_answer_may_be_one()
    {
        _recorder.Stored(First, null);
        Settle(First, Take(First, 1, at: 0), QueueEnding.Complete, at: 1, isAccepted: null);
        Assert.Empty(QueueChecker.Check(_recorder));
    }

    [Fact]
    public void A_message_ends_once()
    {
        Settle(First, Take(First, 1, at: 0), QueueEnding.Complete, at: 1);
        _recorder.Letter(First);
        Shows(AnomalyKind.DoubleEnd);
    }

    [Fact]
    public void A_completed_message_is_not_leased_again()
    {
        Settle(First, Take(First, 1, at: 0), QueueEnding.Complete, at: 1);
        Take(First, 2, at: 2);
        Shows(AnomalyKind.Revival);
    }

    [Fact]
    public void A_message_is_leased_to_one_at_a_time()
    {
        Take(First, 1, at: 0);
        Take(First, 2, at: Lease - 1);
        Shows(AnomalyKind.DoubleLease);
    }

    [Fact]
    public void A_lease_that_is_over_gives_way_to_another_and_a_renewed_one_does_not()
    {
        Take(First, 1, at: 0);
        var second = Take(First, 2, at: Lease);
        Assert.Empty(QueueChecker.Check(_recorder));
        Settle(First, second, QueueEnding.Renew, at: 2 * Lease - 1);
        Take(First, 3, at: 2 * Lease);
        Shows(AnomalyKind.DoubleLease);
    }

    [Fact]
    public void A_settlement_is_not_accepted_under_a_lease_that_is_over()
    {
        Settle(First, Take(First, 1, at: 0), QueueEnding.Release, at: Lease + TimeSpan.TicksPerSecond);
        Shows(AnomalyKind.StaleSettlement);
    }

    [Fact]
    public void A_settlement_is_not_refused_while_the_lease_holds()
    {
        Settle(First, Take(First, 1, at: 0), QueueEnding.Release, at: 1, isAccepted: false);
        Shows(AnomalyKind.StaleSettlement);
    }

    [Fact]
    public void Retention_may_take_a_leased_message_but_none_that_the_group_was_to_get()
    {
        _recorder.Group("billing", new QueueRules(OrderedByKey: true, MaxDeliveries: 3, LongestWait: Lease, HasRetention: true));
        var lease = Take(First, 1, at: 0);
        Settle(First, lease, QueueEnding.Renew, at: 1, isAccepted: false);
        Settle(First, lease, QueueEnding.Complete, at: Lease / 2);
        Assert.Empty(QueueChecker.Check(_recorder));

        _recorder.Stored(First, null);
        Shows(AnomalyKind.StaleSettlement);
    }

    [Fact]
    public void Delivery_counts_rise_and_have_an_end()
    {
        Settle(First, Take(First, 1, at: 0), QueueEnding.Abandon, at: 1);
        Take(First, 1, at: 2);
        Take(Second, 4, at: 3);
        Shows(AnomalyKind.DeliveryCount);
    }

    [Fact]
    public void A_message_does_not_overtake_one_of_its_key()
    {
        _recorder.Stored(First, "a");
        _recorder.Stored(Second, "a");
        Settle(Second, Take(Second, 1, at: 0), QueueEnding.Complete, at: 1);
        Settle(First, Take(First, 1, at: 2), QueueEnding.Complete, at: 3);
        Shows(AnomalyKind.KeyOrder);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    public void A_lease_that_was_over_before_it_was_answered_was_nobodys(long asked, bool isRight)
    {
        _recorder.Stored(First, "a");
        _recorder.Stored(Second, "a");
        var (began, early) = (_recorder.Leasing(), ++_lease);
        _recorder.Dying(First);
        _recorder.Letter(First);
        var late = Take(Second, 1, at: Lease);
        _recorder.Leased(began, First, early, 1, owner: 1, at: Lease + 1, asked, Lease);
        Settle(Second, late, QueueEnding.Complete, at: Lease + 2);
        if (isRight)
        {
            Assert.Empty(QueueChecker.Check(_recorder));
        }
        else
        {
            Shows(AnomalyKind.KeyOrder);
        }
    }

    [Fact]
    public void In_the_calm_no_message_waits_long()
    {
        _recorder.Calm(0);
        _recorder.Visible(First, null, 1);
        _recorder.Visible(Second, null, 1);
        Take(First, 1, at: 1 + Lease);
        Assert.Empty(QueueChecker.Check(_recorder));
        Take(Second, 1, at: 2 + Lease);
        Shows(AnomalyKind.LateDelivery);
    }

    private long Take(QueueMessage message, int delivery, long at)
    {
        _recorder.Leased(_recorder.Leasing(), message, ++_lease, delivery, owner: 1, at, asked: at, Lease);
        return _lease;
    }

    private void Settle(QueueMessage message, long lease, QueueEnding ending, long at, bool? isAccepted = true)
    {
        var token = _recorder.Settling(message, lease, ending, owner: 1, at, asked: at, Lease);
        if (isAccepted is { } answer)
        {
            _recorder.Settled(token, answer, at, readyAt: null);
        }
    }

    private void Shows(AnomalyKind kind)
    {
        var found = QueueChecker.Check(_recorder);
        Assert.NotEmpty(found);
        Assert.All(found, anomaly => Assert.Equal(kind, anomaly.Kind));
    }
}
