using static OrleansQueue.History.AnomalyKind;

namespace OrleansQueue.History.Tests;

/// <summary>What lies where: duplicates, phantoms, inconsistent offsets and the order of sends.</summary>
public sealed class OffsetTests
{
    private static readonly Consumer Reader = new("reader");

    [Fact]
    public void A_value_at_two_offsets_is_a_duplicate() =>
        new Story().Send(0, 1).Poll(Reader, 0, 1, 1).Shows("the value 1 of p lies at 0 and at 1", Duplicate);

    [Fact]
    public void A_value_read_twice_at_one_offset_is_none() =>
        new Story().Send(0, 1).Poll(Reader, 0, 1).Poll(new("other"), 0, 1).IsSound();

    [Fact]
    public void A_value_that_nobody_sent_is_a_phantom() =>
        new Story().Send(0, 1).Poll(Reader, 0, 1, 99).Shows("polled the value 99 at 1, but nobody sent it", Phantom);

    [Fact]
    public void A_value_in_the_wrong_partition_is_a_phantom() =>
        new Story().Then(history => history.Sent(history.BeginSend("p", Story.Here with { Partition = 1 }, [1]), 0)).Poll(Reader, 0, 1)
            .Shows("p sent it to orders/1", Phantom);

    [Fact]
    public void A_value_polled_before_it_was_sent_is_a_phantom() =>
        new Story().Poll(Reader, 0, 1).Send(0, 1).Shows("p had not begun to send it", Phantom);

    [Fact]
    public void A_value_may_be_polled_before_its_send_has_ended() =>
        new Story().Then(history =>
        {
            SendToken send = history.BeginSend("p", Story.Here, [1]);
            history.Poll(Reader, Story.Here, 0, [(0, 1)], 1);
            history.Sent(send, 0);
        }).IsSound();

    [Fact]
    public void Two_values_polled_at_one_offset_are_inconsistent() =>
        new Story().Then(history => history.BeginSend("p", Story.Here, [1])).Then(history => history.BeginSend("p", Story.Here, [2]))
            .Poll(Reader, 0, 1).Poll(new("other"), 0, 2)
            .Shows("at 0 reader polled the value 1 and other the value 2", InconsistentOffsets, NonmonotonicSend);

    [Fact]
    public void An_acknowledgement_must_name_the_place() =>
        new Story().Send(4, 1).Poll(Reader, 0, 6, [(5, 1)])
            .Shows("the value 1 of p was acknowledged at 4, but polled at 5", InconsistentOffsets);

    [Fact]
    public void An_acknowledged_place_must_not_hold_another_value() =>
        new Story().Send(4, 1).Then(history => history.SendUnknown(history.BeginSend("q", Story.Here, [2]))).Poll(Reader, 4, 2)
            .Shows("the value 1 of p was acknowledged at 4, but the value 2 was polled there", InconsistentOffsets);

    [Fact]
    public void Two_acknowledgements_must_not_name_one_place() =>
        new Story().Send(0, 1, 2, 3).Then(history => history.Sent(history.BeginSend("q", Story.Here, [4, 5]), [9, 2]))
            .Shows("p was told that its values lie from 0 to 2, q that its own lie from 2 to 2", InconsistentOffsets, IntNonmonotonicSend);

    [Fact]
    public void Every_acknowledgement_within_another_one_is_found() =>
        Assert.Equal(2, new Story().Send(0, 1, 2, 3, 4).Then(history => history.Sent(history.BeginSend("q", Story.Here, [5]), 1))
            .Then(history => history.Sent(history.BeginSend("r", Story.Here, [6]), 3)).Check().CountOf(InconsistentOffsets));

    [Fact]
    public void Acknowledgements_of_neighbours_and_of_other_partitions_agree() =>
        new Story().Send(0, 1, 2).Send(2, 3)
            .Then(history => history.Sent(history.BeginSend("p", Story.Here with { Partition = 1 }, [4]), 0))
            .Then(history => history.Sent(history.BeginSend("q", Story.Here, [5, 6]), [3, -1])).Drain(0, 1, 2, 3, 5, 6).IsSound();

    [Fact]
    public void A_later_send_before_an_earlier_one_is_not_monotonic() =>
        new Story().Then(history =>
        {
            SendToken first = history.BeginSend("p", Story.Here, [1]);
            history.Sent(history.BeginSend("p", Story.Here, [2]), 0);
            history.Sent(first, 1);
        }).Shows("p sent the value 2 after 1, but it lies at 0 and the other at 1", NonmonotonicSend);

    [Fact]
    public void Sends_of_two_producers_may_lie_in_any_order() =>
        new Story().Then(history =>
        {
            SendToken first = history.BeginSend("p", Story.Here, [1]);
            history.Sent(history.BeginSend("q", Story.Here, [2]), 0);
            history.Sent(first, 1);
        }).IsSound();

    [Fact]
    public void A_send_of_unknown_outcome_keeps_the_order_too() =>
        new Story().Then(history => history.SendUnknown(history.BeginSend("p", Story.Here, [1]))).Send(0, 2).Poll(Reader, 0, 2, 1)
            .Shows("p sent the value 2 after 1", NonmonotonicSend);

    [Fact]
    public void The_values_of_one_send_lie_in_order() =>
        new Story().Then(history => history.SendStored(history.BeginSend("p", Story.Here, [1, 2]))).Poll(Reader, 0, 2, 1)
            .Shows("p sent the value 2 after 1, but it lies at 0", IntNonmonotonicSend);
}
