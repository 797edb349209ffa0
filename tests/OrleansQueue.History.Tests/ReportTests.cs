namespace OrleansQueue.History.Tests;

/// <summary>What people read.</summary>
public sealed class ReportTests
{
    [Fact]
    public void An_empty_history_is_sound_and_says_that_it_is_empty() => Assert.Equal(
        """
        The history is sound.
        Sends: 0 acknowledged, 0 refused, 0 unknown; values: 0 acknowledged, 0 refused, 0 unknown.
        Polls: 0; records: 0, 0 different ones; drains: 0.
        Commits: 0 acknowledged, 0 refused, 0 unknown. Transactions: 0 acknowledged, 0 refused, 0 unknown.

        """,
        new Story().Check().ToString());

    [Fact]
    public void Everything_is_counted()
    {
        Story story = new Story().Send(0, 1, 2, 3).Send(3, 4)
            .Then(history => history.SendRefused(history.BeginSend("p", Story.Here, [5, 6])))
            .Then(history => history.SendUnknown(history.BeginSend("p", Story.Here, [7])))
            .SendIn("t", 4, 8).Then(history => history.TransactionCommitted(history.BeginTransactionCommit("t")))
            .SendIn("u", 5, 9).Then(history => history.TransactionAborted(history.BeginTransactionAbort("u")))
            .Assign("a", 1, 0).Poll(Story.Member("a"), 0, 1, 2, 3, 4, 8).Commit("a", 1, 5)
            .Then(history => history.CommitReset("billing", Story.Here, 0))
            .Drain(0, 1, 2, 3, 4, 8);

        HistoryReport report = story.Check();

        Assert.True(report.IsSound, report.ToString());
        Assert.Equal((new OutcomeCounts(4, 1, 1), new OutcomeCounts(6, 2, 1)), (report.Counts.Sends, report.Counts.Values));
        Assert.Equal((2, 10, 5), (report.Counts.Polls, report.Counts.PolledRecords, report.Counts.DistinctRecords));
        Assert.Equal((new OutcomeCounts(1, 0, 0), new OutcomeCounts(1, 1, 0)), (report.Counts.Commits, report.Counts.Transactions));
        Assert.Equal(1, report.Counts.Drains);
        Assert.Equal([new GroupDeliveries("billing", 5, 0, 5)], report.Counts.Groups);
    }

    [Fact]
    public void Of_many_anomalies_some_are_printed_and_the_rest_is_counted()
    {
        HistoryReport report = new Story().Send(0, [.. Enumerable.Range(1, 5_000).Select(value => (long)value)]).Drain(0, 1).Check();

        Assert.Equal(4_999, report.CountOf(AnomalyKind.Unseen));
        Assert.Equal(1_000, report.Anomalies.Count);
        string[] lines = report.ToString().Split('\n');
        Assert.Equal("The history is not sound: 4999 anomalies.", lines[0]);
        Assert.Equal(
            "  orders/0: the value 2 of p, stored at 1, was never polled, although drain read to the end, 1",
            lines[Array.IndexOf(lines, "Unseen: 4999") + 1]);
        Assert.Equal("  and 4979 more", lines[^2]);
        Assert.Equal(HistoryReport.PrintedOfAKind, lines.Count(line => line.StartsWith("  orders/0", StringComparison.Ordinal)));
    }
}
