using static OrleansQueue.History.AnomalyKind;

namespace OrleansQueue.History.Tests;

/// <summary>Values that are gone: lost writes and unseen values.</summary>
public sealed class LossTests
{
    private static readonly Consumer Reader = new("reader");

    [Fact]
    public void An_acknowledged_value_that_everybody_passed_is_lost() =>
        new Story().Send(0, 1).Send(1, 2).Send(2, 3).Poll(Reader, 0, 3, [(0, 1), (2, 3)])
            .Shows("the value 2 of p, stored at 1, was never polled, although reader polled offset 2", LostWrite);

    [Fact]
    public void A_value_behind_all_that_was_polled_is_not_lost() =>
        new Story().Send(0, 1).Send(1, 2).Send(2, 3).Poll(Reader, 0, 1, 2).IsSound();

    [Fact]
    public void A_deleted_value_is_not_lost() =>
        new Story().Send(0, 1).Send(1, 2).Send(2, 3).Then(history => history.Deleted(Story.Here, 2)).Poll(Reader, 2, 3).Drain(2, 3).IsSound();

    [Fact]
    public void A_value_just_behind_the_deleted_ones_is_lost() =>
        new Story().Send(0, 1).Send(1, 2).Send(2, 3).Then(history => history.Deleted(Story.Here, 1)).Poll(Reader, 2, 3)
            .Shows("the value 2 ", LostWrite);

    [Fact]
    public void A_value_of_unknown_outcome_may_be_missing() =>
        new Story().Send(0, 1).Then(history => history.SendUnknown(history.BeginSend("p", Story.Here, [2])))
            .Then(history => history.BeginSend("p", Story.Here, [4])).Send(1, 3).Drain(0, 1, 3).IsSound();

    [Fact]
    public void A_batch_of_unknown_outcome_is_there_as_a_whole_or_not_at_all() =>
        new Story().Then(history => history.SendUnknown(history.BeginSend("p", Story.Here, [1, 2, 3]))).Send(3, 4)
            .Poll(Reader, 0, 4, [(0, 1), (2, 3), (3, 4)])
            .Shows("the value 2 of p, stored at 1, was never polled", LostWrite);

    [Fact]
    public void An_acknowledged_value_at_the_end_that_a_drain_does_not_find_is_unseen() =>
        new Story().Send(0, 1).Send(1, 2).Drain(0, 1).Shows("the value 2 of p, stored at 1, was never polled, although drain read", Unseen);

    [Fact]
    public void A_value_that_was_sent_after_the_drain_began_may_be_missing() =>
        new Story().Send(0, 1).Then(history =>
        {
            SendToken late = history.BeginSend("p", Story.Here, [2]);
            DrainToken drain = history.BeginDrain(Reader, Story.Here);
            history.Sent(late, 1);
            history.Poll(Reader, Story.Here, 0, [(0, 1)], 1);
            history.Drained(drain, 1);
        }).IsSound();

    [Fact]
    public void A_stored_value_whose_place_is_not_known_is_unseen_when_it_is_nowhere()
    {
        static Story Stored() => new Story().Then(history => history.SendStored(history.BeginSend("p", Story.Here, [1]))).Send(5, 2);

        Stored().Poll(Reader, 4, 6, [(4, 1), (5, 2)]).Drain(4, 1, 2).IsSound();
        Stored().Drain(5, 2).Shows("stored at an unknown offset", Unseen);
        Stored().Then(history => history.Deleted(Story.Here, 5)).Drain(5, 2).IsSound();
    }

    [Fact]
    public void A_value_that_was_polled_and_is_gone_from_the_end_is_unseen() =>
        new Story().Send(0, 1).Then(history => history.SendUnknown(history.BeginSend("p", Story.Here, [2])))
            .Poll(Reader, 0, 1, 2).Drain(0, 1)
            .Shows("the value 2 of p was polled at 1 by reader, and drain did not find it there", Unseen);

    [Fact]
    public void An_acknowledged_value_that_only_a_later_drain_finds_was_unseen() =>
        new Story().Send(0, 1).Send(1, 2).Drain(0, 1).Drain(0, 1, 2).Shows("the value 2 of p was polled at 1 by drain", Unseen);

    [Fact]
    public void A_drain_that_never_ends_proves_nothing() =>
        new Story().Send(0, 1).Send(1, 2).Then(history => history.BeginDrain(Reader, Story.Here)).Poll(Reader, 0, 1).IsSound();

    [Fact]
    public void A_refused_value_need_not_be_there() =>
        new Story().Send(0, 1).Then(history => history.SendRefused(history.BeginSend("p", Story.Here, [2]))).Drain(0, 1).IsSound();
}
