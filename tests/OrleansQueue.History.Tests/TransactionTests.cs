using static OrleansQueue.History.AnomalyKind;

namespace OrleansQueue.History.Tests;

/// <summary>Refused sends and transactions.</summary>
public sealed class TransactionTests
{
    private static readonly Consumer Reader = new("reader");

    private static Story Commit(Story story, Action<HistoryRecorder, TransactionToken> end) =>
        story.Then(history => end(history, history.BeginTransactionCommit("t")));

    [Fact]
    public void A_refused_value_that_is_polled_is_an_aborted_read() =>
        new Story().Then(history => history.SendRefused(history.BeginSend("p", Story.Here, [1]))).Poll(Reader, 0, 1)
            .Shows("reader polled the value 1 at 0, although p was told that it is not stored", AbortedRead);

    [Fact]
    public void A_value_of_unknown_outcome_that_is_polled_is_none() =>
        new Story().Then(history => history.SendUnknown(history.BeginSend("p", Story.Here, [1]))).Poll(Reader, 0, 1).IsSound();

    [Fact]
    public void A_value_of_an_aborted_transaction_that_is_polled_is_an_aborted_read() =>
        new Story().SendIn("t", 0, 1).Then(history => history.TransactionAborted(history.BeginTransactionAbort("t"))).Poll(Reader, 0, 1)
            .Shows("polled the value 1", AbortedRead);

    [Fact]
    public void A_commit_that_ends_as_an_abort_is_an_abort() =>
        Commit(new Story().SendIn("t", 0, 1), (history, end) => history.TransactionAborted(end)).Poll(Reader, 0, 1)
            .Shows("polled the value 1", AbortedRead);

    [Fact]
    public void Values_of_an_aborted_transaction_need_not_be_there() =>
        new Story().SendIn("t", 0, 1).Then(history => history.TransactionAborted(history.BeginTransactionAbort("t"))).Send(2, 2)
            .Poll(Reader, 0, 3, [(2, 2)]).Drain(2, 2).IsSound();

    [Fact]
    public void A_value_polled_before_its_commit_is_precommitted() =>
        Commit(new Story().SendIn("t", 0, 1).Poll(Reader, 0, 1), (history, end) => history.TransactionCommitted(end))
            .Shows("polled the value 1 of p at 0 before the transaction t was to be committed", PrecommittedRead);

    [Fact]
    public void A_value_may_be_polled_while_its_commit_is_on_its_way() =>
        Commit(new Story().SendIn("t", 0, 1), (history, end) =>
        {
            history.Poll(Reader, Story.Here, 0, [(0, 1)], 1);
            history.TransactionCommitted(end);
        }).IsSound();

    [Fact]
    public void A_value_whose_transaction_nobody_asked_to_commit_is_precommitted() =>
        new Story().SendIn("t", 0, 1).Poll(Reader, 0, 1).Shows("polled the value 1", PrecommittedRead);

    [Fact]
    public void A_value_of_a_committed_transaction_must_be_there() =>
        Commit(new Story().SendIn("t", 0, 1), (history, end) => history.TransactionCommitted(end)).Send(2, 2).Poll(Reader, 0, 3, [(2, 2)])
            .Shows("the value 1", LostWrite);

    [Fact]
    public void A_transaction_of_unknown_outcome_is_there_as_a_whole_or_not_at_all()
    {
        static Story Unknown() => Commit(
            new Story().SendIn("t", 0, 1).SendIn("t", 1, 2), (history, end) => history.TransactionUnknown(end)).Send(3, 3);

        Unknown().Poll(Reader, 0, 4, [(3, 3)]).IsSound();
        Unknown().Poll(Reader, 0, 4, [(0, 1), (1, 2), (3, 3)]).IsSound();
        Unknown().Poll(Reader, 0, 4, [(0, 1), (3, 3)]).Shows("the value 2", LostWrite);
    }

    [Fact]
    public void A_transaction_that_is_left_open_need_not_be_there() =>
        new Story().Send(0, 1).SendIn("t", 1, 2).Drain(0, 1).IsSound();
}
