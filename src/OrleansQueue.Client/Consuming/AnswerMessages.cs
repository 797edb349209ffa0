namespace OrleansQueue.Client;

/// <summary>The messages of one answer, taken one by one. Messages whose time to live is over are passed over.</summary>
/// <param name="run">The partition.</param>
/// <param name="records">The answer.</param>
/// <param name="clock">Says what is over; null to take everything.</param>
internal sealed class AnswerMessages(PartitionRun run, FetchedRecords records, TimeProvider? clock)
{
    private readonly Queue<Delivery> _rest = records.Unpack();
    private Position _at = records.From;

    /// <summary>The next message; null where there is none left.</summary>
    public Delivery? TryPeek()
    {
        while (_rest.TryPeek(out var next))
        {
            if (clock is null || !next.IsExpired(clock))
            {
                return next;
            }

            _rest.Dequeue();
            ClientTelemetry.Expired.Add(1, ClientTelemetry.Topic(next.Topic));
        }

        return null;
    }

    /// <summary>Takes the next message, which is then to be finished; null where there is none left.</summary>
    public Delivery? TryTake()
    {
        if (TryPeek() is not { } next)
        {
            return null;
        }

        _rest.Dequeue();
        next.Claim = new Claim(run, _at with { Offset = next.Offset }, next.Next);
        run.Progress.Begin(next.Claim);
        _at = next.Next;
        return next;
    }
}
