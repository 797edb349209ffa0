using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Queues;

namespace OrleansQueue.Core.Tests.Queues;

public sealed class CircuitBreakerTests
{
    private static readonly BreakerSettings Settings = new();
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TopicId Topic = new(new Guid(1, 0, 0, new byte[8]));

    private readonly ManualClock _clock = new();
    private readonly CircuitBreaker _breaker;

    public CircuitBreakerTests() => _breaker = new CircuitBreaker(Settings, Lease, _clock);

    [Fact]
    public void The_last_of_enough_failures_opens_it_and_nothing_may_be_leased_until_the_pause_is_over()
    {
        Assert.Equal(QueuePermit.Free, Tell(0, failed: 19));
        Assert.Equal(QueuePermit.Held, Tell(1, failed: 1));
        Assert.Equal((1, (20L, 20L), (TimeSpan?)Settings.Pause), (_breaker.Pauses, _breaker.Cause, _breaker.UntilProbe));

        _clock.Advance(Settings.Pause - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QueuePermit.Held, Tell(0, hasMessages: true));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(QueuePermit.Probe, Tell(0, hasMessages: true));
    }

    [Theory]
    [InlineData(10, 10, true)]
    [InlineData(11, 10, false)]
    [InlineData(1000, 999, false)]
    [InlineData(9, 10, false)]
    public void It_opens_at_the_ratio_and_not_for_less_than_the_least(long succeeded, long failed, bool opens)
    {
        Tell(0, succeeded: succeeded);

        Assert.Equal(opens ? QueuePermit.Held : QueuePermit.Free, Tell(1, failed: failed));
    }

    [Fact]
    public void What_ended_longer_ago_than_the_window_does_not_count()
    {
        Tell(0, failed: 15);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Tell(0, failed: 4);
        _clock.Advance(TimeSpan.FromSeconds(10));

        // The fifteen are forgotten, the four are not.
        Assert.Equal(QueuePermit.Free, Tell(0, failed: 15));
        Assert.Equal(QueuePermit.Held, Tell(0, failed: 1));
        Assert.Equal((20, 20), _breaker.Cause);
    }

    [Fact]
    public void Successes_that_are_over_no_longer_outweigh_failures()
    {
        Tell(0, succeeded: 1000);
        _clock.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(QueuePermit.Free, Tell(0, failed: 30));
        _clock.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(QueuePermit.Held, Tell(0));
    }

    [Fact]
    public void One_cursor_probes_and_its_success_lets_all_go_on()
    {
        OpenAndWait();
        Assert.Equal(QueuePermit.Probe, Tell(0, hasMessages: true));
        Assert.Equal(QueuePermit.Held, Tell(1, hasMessages: true));
        Assert.Equal(QueuePermit.Probe, Tell(0, probe: ProbeState.UnderWay));

        Assert.Equal(QueuePermit.Free, Tell(0, succeeded: 1, probe: ProbeState.Succeeded));

        Assert.Null(_breaker.UntilProbe);
        Assert.Equal(QueuePermit.Free, Tell(1, failed: 19));
        Assert.Equal(QueuePermit.Held, Tell(1, failed: 1));
    }

    [Fact]
    public void The_failure_of_a_probe_pauses_the_group_again()
    {
        OpenAndWait();
        Tell(0, hasMessages: true);

        Assert.Equal(QueuePermit.Held, Tell(0, failed: 1, probe: ProbeState.Failed, hasMessages: true));

        Assert.Equal((2, (1L, 1L), (TimeSpan?)Settings.Pause), (_breaker.Pauses, _breaker.Cause, _breaker.UntilProbe));
        _clock.Advance(Settings.Pause);
        Assert.Equal(QueuePermit.Probe, Tell(1, hasMessages: true));
    }

    [Fact]
    public void Failures_of_what_was_leased_before_change_nothing_while_it_is_open()
    {
        OpenAndWait();
        Tell(0, hasMessages: true);
        Tell(1, failed: 100);
        Tell(0, failed: 100, probe: ProbeState.UnderWay);
        Tell(0, succeeded: 1, probe: ProbeState.Succeeded);

        Assert.Equal((1, (TimeSpan?)null), (_breaker.Pauses, _breaker.UntilProbe));
        Assert.Equal(QueuePermit.Free, Tell(0, failed: 19));
    }

    [Fact]
    public void Who_has_no_messages_is_not_asked_to_probe_and_who_has_none_left_gives_the_probe_up()
    {
        OpenAndWait();
        Assert.Equal(QueuePermit.Held, Tell(0));
        Assert.Equal(QueuePermit.Probe, Tell(1, hasMessages: true));
        Assert.Equal(QueuePermit.Held, Tell(2, hasMessages: true));

        Assert.Equal(QueuePermit.Held, Tell(1));

        Assert.Equal(QueuePermit.Probe, Tell(2, hasMessages: true));
    }

    [Fact]
    public void A_probe_of_which_nothing_is_heard_for_the_time_of_a_lease_goes_to_another_and_a_late_success_of_it_counts()
    {
        OpenAndWait();
        Tell(0, hasMessages: true);
        _clock.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QueuePermit.Held, Tell(1, hasMessages: true));
        Assert.Equal(QueuePermit.Probe, Tell(0, probe: ProbeState.UnderWay));
        _clock.Advance(Lease - TimeSpan.FromMilliseconds(1));
        Assert.Equal(QueuePermit.Held, Tell(1, hasMessages: true));
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(QueuePermit.Probe, Tell(1, hasMessages: true));
        Assert.Equal(QueuePermit.Held, Tell(0, probe: ProbeState.UnderWay));
        Assert.Equal(QueuePermit.Held, Tell(0, failed: 1, probe: ProbeState.Failed));
        Assert.Equal(QueuePermit.Probe, Tell(1, hasMessages: true));
        Assert.Equal(QueuePermit.Free, Tell(0, succeeded: 1, probe: ProbeState.Succeeded));
        Assert.Equal(1, _breaker.Pauses);
    }

    [Fact]
    public void A_permission_that_leads_to_no_probe_goes_to_another()
    {
        OpenAndWait();
        for (var asked = TimeSpan.Zero; asked < Lease; asked += TimeSpan.FromSeconds(1))
        {
            Assert.Equal(QueuePermit.Probe, Tell(0, hasMessages: true));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(QueuePermit.Probe, Tell(1, hasMessages: true));
        Assert.Equal(QueuePermit.Held, Tell(0, hasMessages: true));
    }

    [Fact]
    public void Who_closes_it_ends_the_pause_and_has_what_was_counted_forgotten()
    {
        Tell(0, failed: 19);
        Assert.False(_breaker.Close());
        Assert.Equal(QueuePermit.Free, Tell(0, failed: 19));
        Assert.Equal(QueuePermit.Held, Tell(0, failed: 1));

        Assert.True(_breaker.Close());

        Assert.Equal(QueuePermit.Free, Tell(0, failed: 19));
    }

    private void OpenAndWait()
    {
        Assert.Equal(QueuePermit.Held, Tell(7, failed: 20));
        _clock.Advance(Settings.Pause);
    }

    private QueuePermit Tell(int partition, long succeeded = 0, long failed = 0, ProbeState probe = ProbeState.None, bool hasMessages = false) =>
        _breaker.Report(new TopicPartition(Topic, new Partition(partition)), new QueueReport(succeeded, failed, probe, hasMessages));
}
