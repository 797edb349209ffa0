using static OrleansQueue.History.AnomalyKind;

namespace OrleansQueue.History.Tests;

/// <summary>What consumer groups do.</summary>
public sealed class GroupTests
{
    private static Story Five() => new Story().Send(0, 10, 11, 12, 13, 14).Drain(0, 10, 11, 12, 13, 14);

    private static Story Read(Story story) => story.Assign("a", 1, 0).Poll(Story.Member("a"), 0, 10, 11, 12, 13, 14);

    [Fact]
    public void Two_holders_of_a_partition_are_found() =>
        Five().Assign("a", 1, 0).Assign("b", 2, 0)
            .Shows("billing:b was assigned it in generation 2 while billing:a held it from generation 1", DoubleOwnership);

    [Fact]
    public void A_partition_may_change_hands() =>
        Five().Assign("a", 1, 0).Revoke("a", 1).Assign("b", 2, 0).Then(history => history.MemberGone(Story.Member("b"))).Assign("c", 3, 0)
            .Assign("c", 4, 0).IsSound();

    [Fact]
    public void A_partition_may_have_an_owner_in_each_group() =>
        Five().Assign("a", 1, 0).Then(history => history.Assigned(Consumer.InGroup("audit", "a"), Story.Here, 1, 0)).IsSound();

    [Fact]
    public void A_late_word_of_an_old_generation_ends_nothing() =>
        Five().Assign("a", 1, 0).Assign("a", 3, 0).Revoke("a", 1).Assign("b", 4, 0).Shows("billing:b was assigned", DoubleOwnership);

    [Fact]
    public void A_position_that_falls_back_is_found() =>
        Read(Five()).Commit("a", 1, 3).ReadCommitted(2).Shows("2 was read as committed in the group billing, although 3 had been", CommitRegression);

    [Fact]
    public void A_position_that_was_committed_last_or_is_higher_is_right() =>
        Read(Five()).Commit("a", 1, 3).ReadCommitted(3).Then(Unknown(5)).ReadCommitted(5).ReadCommitted(3).IsSound();

    [Fact]
    public void A_new_owner_that_starts_too_low_is_a_regression() =>
        Read(Five()).Commit("a", 1, 3).Revoke("a", 1).Assign("b", 2, 2).Shows("2 was given to billing:b to start at", CommitRegression);

    [Fact]
    public void A_read_that_began_before_the_commit_was_acknowledged_may_be_lower() =>
        Read(Five()).Then(history =>
        {
            CommittedReadToken read = history.BeginCommittedRead("billing", Story.Here);
            history.Committed(history.BeginCommit(Story.Member("a"), Story.Here, 1, 3));
            history.CommittedRead(read, -1);
        }).IsSound();

    [Fact]
    public void A_refused_commit_promises_nothing() =>
        Read(Five()).Then(history => history.CommitRefused(history.BeginCommit(Story.Member("a"), Story.Here, 1, 3))).ReadCommitted(0).IsSound();

    [Fact]
    public void A_reset_may_lower_the_position_but_no_further() =>
        Read(Five()).Commit("a", 1, 4).Then(history => history.CommitReset("billing", Story.Here, 2)).ReadCommitted(2).ReadCommitted(1)
            .Shows("1 was read as committed in the group billing, although 2 had been committed", CommitRegression);

    [Fact]
    public void A_reset_on_its_way_may_or_may_not_have_taken_effect() =>
        Read(Five()).Commit("a", 1, 4).Then(history =>
        {
            CommitToken reset = history.BeginCommitReset("billing", Story.Here, 2);
            history.CommittedRead("billing", Story.Here, 4);
            history.CommittedRead("billing", Story.Here, 2);
            history.CommitUnknown(reset);
        }).Commit("a", 1, 5).ReadCommitted(2).IsSound();

    [Fact]
    public void A_commit_beside_a_reset_promises_nothing() =>
        Read(Five()).Then(history =>
        {
            CommitToken early = history.BeginCommit(Story.Member("a"), Story.Here, 1, 4);
            CommitToken reset = history.BeginCommitReset("billing", Story.Here, 2);
            history.Committed(history.BeginCommit(Story.Member("a"), Story.Here, 1, 5));
            history.Committed(reset);
            history.Committed(early);
        }).ReadCommitted(2).IsSound();

    [Fact]
    public void A_reset_forwards_must_last() =>
        Five().Then(history => history.CommitReset("billing", Story.Here, 4)).ReadCommitted(-1).Shows("-1 was read", CommitRegression);

    [Fact]
    public void A_refused_reset_excuses_nothing() =>
        Read(Five()).Commit("a", 1, 4).Then(history => history.CommitRefused(history.BeginCommitReset("billing", Story.Here, 2))).ReadCommitted(2)
            .Shows("2 was read", CommitRegression);

    [Fact]
    public void A_position_behind_the_end_of_a_drained_log_is_found()
    {
        Read(Five()).Commit("a", 1, 6).Shows("6 was committed in the group billing, although the log never went beyond 5", CommitRegression);
        Read(Five()).ReadCommitted(6).Shows("6 was read", CommitRegression);
        Read(new Story().Send(0, 10, 11, 12, 13, 14)).Commit("a", 1, 6).IsSound();
    }

    [Fact]
    public void A_commit_after_a_later_owner_was_assigned_is_stale() =>
        Read(Five()).Revoke("a", 1).Assign("b", 2, 0).Commit("a", 1, 5)
            .Shows("a commit of 5 by billing:a in generation 1 was accepted, although billing:b was assigned", StaleOwnerCommit);

    [Fact]
    public void A_stale_owner_that_knows_the_new_generation_is_stale_too() =>
        Read(Five()).Revoke("a", 1).Assign("b", 2, 0).Commit("a", 3, 5).Shows("by billing:a in generation 3", StaleOwnerCommit);

    [Fact]
    public void A_commit_of_a_stale_owner_may_be_refused_or_have_been_on_its_way() =>
        Read(Five()).Then(history =>
        {
            CommitToken late = history.BeginCommit(Story.Member("a"), Story.Here, 1, 5);
            history.Revoked(Story.Member("a"), Story.Here, 1);
            history.Assigned(Story.Member("b"), Story.Here, 2, 0);
            history.CommitRefused(history.BeginCommit(Story.Member("a"), Story.Here, 1, 4));
            history.Committed(late);
        }).Commit("b", 2, 0).IsSound();

    [Fact]
    public void An_owner_may_commit_in_a_later_generation_than_its_own() => Read(Five()).Commit("a", 7, 5).IsSound();

    [Fact]
    public void A_value_that_no_member_got_is_a_group_skip() =>
        Five().Assign("a", 1, 0).Poll(Story.Member("a"), 0, 10, 11).Commit("a", 1, 2).Revoke("a", 1).Assign("b", 2, 3)
            .Poll(Story.Member("b"), 3, 13, 14).Commit("b", 2, 5)
            .Shows("began at 0 and is at 5, but the value 12 at 2, which drain polled, went to none of its members", GroupSkip);

    [Fact]
    public void What_lies_before_the_start_or_behind_the_position_of_a_group_is_none() =>
        Five().Assign("a", 1, 2).Poll(Story.Member("a"), 2, 12, 13).Commit("a", 1, 4).IsSound();

    [Fact]
    public void A_start_that_is_told_counts() =>
        Five().Then(history => history.GroupStarts("billing", Story.Here, 0)).Assign("a", 1, 2).Poll(Story.Member("a"), 2, 12, 13).Commit("a", 1, 4)
            .Shows("the value 10 at 0", GroupSkip);

    [Fact]
    public void A_reset_forwards_and_a_deletion_excuse_a_group()
    {
        Five().Assign("a", 1, 0).Then(history => history.CommitReset("billing", Story.Here, 4)).Assign("a", 2, 4)
            .Poll(Story.Member("a"), 4, 14).Commit("a", 2, 5).IsSound();
        Five().Then(history => history.Deleted(Story.Here, 4)).Assign("a", 1, 0)
            .Poll(Story.Member("a"), 0, 5, [(4, 14)], logStart: 4).Commit("a", 1, 5).IsSound();
    }

    [Fact]
    public void A_reset_backwards_excuses_nothing() =>
        Five().Then(history => history.GroupStarts("billing", Story.Here, 0)).Assign("a", 1, 1).Poll(Story.Member("a"), 1, 11, 12, 13, 14)
            .Commit("a", 1, 5).Then(history => history.CommitReset("billing", Story.Here, 3)).Shows("the value 10 at 0", GroupSkip);

    [Fact]
    public void Repeated_deliveries_are_counted_and_allowed()
    {
        Story story = Read(Five()).Revoke("a", 1).Assign("b", 2, 3).Poll(Story.Member("b"), 3, 13, 14);
        story.IsSound();

        Assert.Equal([new GroupDeliveries("billing", 5, 2, 7)], story.Check().Counts.Groups);
    }

    private static Action<HistoryRecorder> Unknown(long offset) =>
        history => history.CommitUnknown(history.BeginCommit(Story.Member("a"), Story.Here, 1, offset));
}
