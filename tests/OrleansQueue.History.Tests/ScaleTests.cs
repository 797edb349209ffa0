namespace OrleansQueue.History.Tests;

/// <summary>Many messages, read in orders that do not suit the checker.</summary>
public sealed class ScaleTests
{
    private const int Values = 200_000;
    private const int Batch = 100;
    private const int Victim = 123_457;

    // From value to offset: values jump about, and every fifth offset is a gap.
    private static long ValueAt(int number) => number * 7_919L % 1_000_003;

    private static long OffsetAt(int number) => number + (number / 4);

    [Fact]
    public void A_sound_history_of_200_000_values_is_sound()
    {
        HistoryReport report = HistoryChecker.Check(Record(victim: -1));

        Assert.True(report.IsSound, report.ToString());
        Assert.Equal(Values, report.Counts.DistinctRecords);
        Assert.Equal(3 * Values, report.Counts.PolledRecords);
        Assert.Equal([new GroupDeliveries("billing", Values, 0, Values)], report.Counts.Groups);
    }

    [Fact]
    public void One_lost_value_of_200_000_is_found()
    {
        HistoryReport report = HistoryChecker.Check(Record(Victim));

        Assert.Equal([AnomalyKind.LostWrite], report.Kinds);
        Assert.StartsWith(
            $"the value {ValueAt(Victim)} of p, stored at {OffsetAt(Victim)},", Assert.Single(report.Anomalies).Text, StringComparison.Ordinal);
    }

    private static RecordedHistory Record(int victim)
    {
        HistoryRecorder recorder = new();
        for (int first = 0; first < Values; first += Batch)
        {
            int[] numbers = [.. Enumerable.Range(first, Batch)];
            recorder.Sent(recorder.BeginSend("p", Story.Here, [.. numbers.Select(ValueAt)]), [.. numbers.Select(OffsetAt)]);
        }

        // One reads its blocks from the last to the first, a member and a drain read forwards.
        for (int first = Values - Batch; first >= 0; first -= Batch)
        {
            recorder.Seek(new("backwards"), Story.Here, OffsetAt(first));
            Poll(recorder, new("backwards"), first, victim);
        }

        recorder.Assigned(Story.Member("a"), Story.Here, 1, 0);
        Forwards(recorder, Story.Member("a"), victim);
        DrainToken drain = recorder.BeginDrain(new("drain"), Story.Here);
        Forwards(recorder, new("drain"), victim);
        recorder.Drained(drain, OffsetAt(Values));
        recorder.Committed(recorder.BeginCommit(Story.Member("a"), Story.Here, 1, OffsetAt(Values)));
        return recorder.Build();
    }

    private static void Forwards(HistoryRecorder recorder, Consumer consumer, int victim)
    {
        for (int first = 0; first < Values; first += Batch)
        {
            Poll(recorder, consumer, first, victim);
        }
    }

    private static void Poll(HistoryRecorder recorder, Consumer consumer, int first, int victim) => recorder.Poll(
        consumer, Story.Here, OffsetAt(first),
        [.. Enumerable.Range(first, Batch).Where(number => number != victim).Select(number => (OffsetAt(number), ValueAt(number)))],
        OffsetAt(first + Batch));
}
