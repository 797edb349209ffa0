using static OrleansQueue.History.AnomalyKind;

namespace OrleansQueue.History.Tests;

/// <summary>In what order a consumer gets a partition.</summary>
public sealed class PollTests
{
    private static readonly Consumer Reader = new("reader");

    private static Story Five() => new Story().Send(0, 10, 11, 12, 13, 14).Poll(new("other"), 0, 10, 11, 12, 13, 14);

    [Fact]
    public void Two_polls_that_leave_out_a_value_between_them_skip() =>
        Five().Poll(Reader, 0, 10, 11).Poll(Reader, 3, 13)
            .Shows("reader polled from 3 to 4 and got none of 1 values from 2 to 2; the first is 12, polled by other", PollSkip);

    [Fact]
    public void Successive_polls_do_not_skip() => Five().Poll(Reader, 0, 10, 11).Poll(Reader, 2).Poll(Reader, 2, 12, 13).IsSound();

    [Fact]
    public void Offsets_at_which_nobody_found_anything_are_no_skip() =>
        new Story().Send(0, 1).Send(5, 2).Poll(Reader, 0, 3, [(0, 1)]).Poll(Reader, 3, 6, [(5, 2)]).IsSound();

    [Fact]
    public void A_skip_is_known_also_when_the_value_is_found_later() =>
        new Story().Send(0, 1, 2, 3).Poll(Reader, 0, 3, [(0, 1), (2, 3)]).Poll(new("other"), 0, 1, 2, 3).Shows("1 values from 1 to 1", IntPollSkip);

    [Fact]
    public void An_empty_poll_that_moves_on_skips() => Five().Poll(Reader, 0, 2, []).Shows("2 values from 0 to 1", PollSkip);

    [Fact]
    public void The_end_of_a_poll_must_not_leave_out_values() =>
        Five().Poll(Reader, 0, 4, [(0, 10), (1, 11)]).Shows("2 values from 2 to 3", IntPollSkip);

    [Fact]
    public void A_first_poll_begins_where_it_asks() => Five().Poll(Reader, 2, 12).IsSound();

    [Fact]
    public void A_first_poll_skips_from_where_it_asks() => Five().Poll(Reader, 2, 4, [(3, 13)]).Shows("from 2 to 2", PollSkip);

    [Fact]
    public void A_seek_may_skip_and_go_back() =>
        Five().Poll(Reader, 0, 10).Then(history => history.Seek(Reader, Story.Here, 3)).Poll(Reader, 3, 13)
            .Then(history => history.Seek(Reader, Story.Here, 1)).Poll(Reader, 1, 11, 12).IsSound();

    [Fact]
    public void A_seek_of_another_consumer_excuses_nothing() =>
        Five().Poll(Reader, 0, 10).Then(history => history.Seek(new("other"), Story.Here, 3)).Poll(Reader, 3, 13).Shows("from 1 to 2", PollSkip);

    [Fact]
    public void Deleted_values_are_skipped_rightly() =>
        Five().Poll(Reader, 0, 10).Then(history => history.Deleted(Story.Here, 3)).Poll(Reader, 1, 5, [(3, 13), (4, 14)]).IsSound();

    [Fact]
    public void Values_that_are_deleted_only_afterwards_are_skipped_wrongly() =>
        Five().Poll(Reader, 0, 10).Poll(Reader, 1, 5, [(3, 13), (4, 14)]).Then(history => history.Deleted(Story.Here, 3))
            .Shows("2 values from 1 to 2", PollSkip);

    [Fact]
    public void A_poll_may_skip_to_the_log_start_and_no_further()
    {
        Five().Poll(Reader, 0, 10).Poll(Reader, 1, 5, [(3, 13), (4, 14)], logStart: 3).IsSound();
        Five().Poll(Reader, 0, 10).Poll(Reader, 1, 5, [(3, 13), (4, 14)], logStart: 2).Shows("1 values from 2 to 2", PollSkip);
    }

    [Fact]
    public void A_poll_that_brings_the_last_record_again_is_not_monotonic() =>
        Five().Poll(Reader, 0, 10, 11).Poll(Reader, 1, 11, 12).Shows("reader polled offset 1 after 1, having asked from 1", NonmonotonicPoll);

    [Fact]
    public void Two_consumers_may_read_the_same() => Five().Poll(Reader, 0, 10, 11).Poll(new("third"), 0, 10, 11).IsSound();

    [Fact]
    public void A_record_before_the_offset_asked_for_is_not_monotonic() =>
        Five().Poll(Reader, 2, 4, [(1, 11), (2, 12), (3, 13)]).Shows("polled offset 1 after 1", NonmonotonicPoll);

    [Fact]
    public void Offsets_within_a_poll_rise() =>
        Five().Poll(Reader, 0, 3, [(0, 10), (1, 11), (1, 11), (2, 12)]).Shows("polled offset 1 after 1", IntNonmonotonicPoll);

    [Fact]
    public void A_record_that_came_early_is_not_missed_later()
    {
        Story story = Five().Poll(Reader, 0, 5, [(0, 10), (2, 12), (1, 11), (3, 13), (4, 14)]);

        story.Shows("polled offset 1 after 2", IntNonmonotonicPoll, IntPollSkip);
        Assert.Equal((1, 1), (story.Check().CountOf(IntNonmonotonicPoll), story.Check().CountOf(IntPollSkip)));
    }

    [Fact]
    public void A_member_goes_on_where_it_was_assigned()
    {
        Consumer member = Story.Member("m");
        Five().Assign("m", 1, 0).Poll(member, 0, 10, 11).Revoke("m", 1).Assign("m", 2, 1).Poll(member, 1, 11).IsSound();
        Five().Assign("m", 1, 0).Poll(member, 1, 11).Shows("from 0 to 0", PollSkip);
    }
}
