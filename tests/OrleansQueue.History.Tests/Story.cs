namespace OrleansQueue.History.Tests;

/// <summary>Writes a history of one partition in a few words.</summary>
internal sealed class Story
{
    public static readonly PartitionKey Here = new("orders", 0);

    public HistoryRecorder Recorder { get; } = new();

    public static Consumer Member(string name) => Consumer.InGroup("billing", name);

    public SendToken Begin(params long[] values) => Recorder.BeginSend("p", Here, values);

    /// <summary>The producer p sends values that are stored from an offset on.</summary>
    public Story Send(long at, params long[] values)
    {
        Recorder.Sent(Begin(values), at);
        return this;
    }

    /// <summary>A transaction of the producer p with its values stored from an offset on; it is left open.</summary>
    public Story SendIn(string transaction, long at, params long[] values)
    {
        Recorder.Sent(Recorder.BeginSend("p", Here, values, transaction), at);
        return this;
    }

    /// <summary>A consumer gets values that lie in a row from where it asks, and all of them.</summary>
    public Story Poll(Consumer consumer, long from, params long[] values) =>
        Poll(consumer, from, from + values.Length, [.. values.Select((value, index) => (from + index, value))]);

    public Story Poll(Consumer consumer, long from, long next, (long Offset, long Value)[] records, long logStart = 0)
    {
        Recorder.Poll(consumer, Here, from, records, next, logStart);
        return this;
    }

    /// <summary>Somebody reads values in a row from an offset to the end of the log.</summary>
    public Story Drain(long from, params long[] values)
    {
        DrainToken drain = Recorder.BeginDrain(new("drain"), Here, from);
        Poll(new("drain"), from, values);
        Recorder.Drained(drain, from + values.Length);
        return this;
    }

    public Story Assign(string member, long generation, long start)
    {
        Recorder.Assigned(Member(member), Here, generation, start);
        return this;
    }

    public Story Revoke(string member, long generation)
    {
        Recorder.Revoked(Member(member), Here, generation);
        return this;
    }

    public Story Commit(string member, long generation, long offset)
    {
        Recorder.Committed(Recorder.BeginCommit(Member(member), Here, generation, offset));
        return this;
    }

    public Story ReadCommitted(long offset)
    {
        Recorder.CommittedRead("billing", Here, offset);
        return this;
    }

    public Story Then(Action<HistoryRecorder> step)
    {
        step(Recorder);
        return this;
    }

    public HistoryReport Check() => HistoryChecker.Check(Recorder.Build());

    public void IsSound()
    {
        HistoryReport report = Check();
        Assert.True(report.IsSound, report.ToString());
    }

    /// <summary>Exactly these kinds are found, and the text of the first one of the first kind says some words.</summary>
    public void Shows(string words, params AnomalyKind[] kinds)
    {
        HistoryReport report = Check();
        Assert.Equal(kinds.Order(), report.Kinds);
        Assert.Contains(words, report.Anomalies.First(anomaly => anomaly.Kind == kinds[0]).Text, StringComparison.Ordinal);
    }
}
