namespace OrleansQueue.History.Tests;

/// <summary>What the recorder itself promises.</summary>
public sealed class RecorderTests
{
    private static readonly Consumer Reader = new("reader");

    [Fact]
    public async Task Many_threads_may_record_at_once()
    {
        const int Threads = 4;
        const int Sends = 5_000;
        HistoryRecorder recorder = new();
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            PartitionKey partition = new("orders", thread);
            for (int number = 0; number < Sends; number++)
            {
                long value = (number * (long)Threads) + thread;
                recorder.Sent(recorder.BeginSend($"p{thread}", partition, [value]), number);
                recorder.Poll(Reader, partition, number, [(number, value)], number + 1);
            }
        })));

        HistoryReport report = HistoryChecker.Check(recorder.Build());

        Assert.True(report.IsSound, report.ToString());
        Assert.Equal(new OutcomeCounts(Threads * Sends, 0, 0), report.Counts.Values);
        Assert.Equal(Threads * Sends, report.Counts.DistinctRecords);
    }

    [Fact]
    public void A_history_does_not_change_when_the_recorder_goes_on()
    {
        Story story = new();
        SendToken send = story.Begin(1);
        RecordedHistory before = story.Recorder.Build();
        story.Recorder.Sent(send, 0);
        story.Poll(Reader, 0, 1, 99);

        Assert.Equal(new OutcomeCounts(0, 0, 1), HistoryChecker.Check(before).Counts.Sends);
        Assert.True(HistoryChecker.Check(before).IsSound);
        Assert.Equal([AnomalyKind.Phantom], story.Check().Kinds);
    }

    [Fact]
    public void An_operation_ends_once()
    {
        HistoryRecorder recorder = new();
        SendToken send = recorder.BeginSend("p", Story.Here, [1]);
        CommitToken commit = recorder.BeginCommit(Story.Member("a"), Story.Here, 1, 0);
        CommittedReadToken read = recorder.BeginCommittedRead("billing", Story.Here);
        TransactionToken transaction = recorder.BeginTransactionCommit("t");
        DrainToken drain = recorder.BeginDrain(Reader, Story.Here);
        Action[] ends =
        [
            () => recorder.SendUnknown(send), () => recorder.CommitUnknown(commit), () => recorder.CommittedRead(read, 0),
            () => recorder.TransactionUnknown(transaction), () => recorder.Drained(drain, 0),
        ];

        Assert.All(ends, end => end());
        Assert.All(ends, end => Assert.Throws<InvalidOperationException>(end));
    }

    [Fact]
    public void A_value_is_sent_once() =>
        Assert.Throws<ArgumentException>(() => new Story().Send(0, 2).Send(1, 1).Send(2, 2).Check());

    [Fact]
    public void What_cannot_be_is_refused()
    {
        HistoryRecorder recorder = new();
        SendToken send = recorder.BeginSend("p", Story.Here, [1, 2]);

        Assert.Throws<ArgumentOutOfRangeException>(() => recorder.Sent(send, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => recorder.Sent(send, [7]));
        Assert.Throws<ArgumentOutOfRangeException>(() => recorder.Poll(Reader, Story.Here, 0, [(-1, 1)], 0));
        Assert.Throws<ArgumentException>(() => recorder.Assigned(Reader, Story.Here, 1, 0));
    }
}
