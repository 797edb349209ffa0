namespace OrleansQueue.History.Evidence;

/// <summary>A history with what follows from it, computed once for all searches.</summary>
internal sealed class HistoryEvidence
{
    private readonly long[] _polledAt;
    private readonly Lazy<DeliveryCounts> _deliveries;

    public HistoryEvidence(RecordedHistory history)
    {
        History = history;
        Fates = TransactionFate.Of(history);
        Logs = PolledLogs(history);
        _polledAt = new long[history.SentValues.Count];
        Array.Fill(_polledAt, -1);
        StoredSince = StorageProof.Of(history, Fates, Join());
        Missing = MissingValue.Of(this);
        DeletedBelow = new long[history.Partitions.Length];
        foreach (Deletion deletion in history.Deletions)
        {
            DeletedBelow[deletion.Partition] = Math.Max(DeletedBelow[deletion.Partition], deletion.Below);
        }

        _deliveries = new(() => DeliveryCounts.Of(this));
    }

    public RecordedHistory History { get; }

    /// <summary>What each transaction came to.</summary>
    public TransactionFate[] Fates { get; }

    /// <summary>What each partition holds, as far as polls show it.</summary>
    public KnownLog[] Logs { get; }

    /// <summary>For each send, since when it is known to be stored and readable; <see cref="long.MaxValue"/> for never.</summary>
    public long[] StoredSince { get; }

    /// <summary>For each partition, the values that are stored and that nobody polled there.</summary>
    public IReadOnlyList<MissingValue>[] Missing { get; }

    /// <summary>For each partition, below which offset values may be deleted in the end.</summary>
    public long[] DeletedBelow { get; }

    /// <summary>How often each group got each record.</summary>
    public DeliveryCounts Deliveries => _deliveries.Value;

    /// <summary>The lowest offset at which a sent value was polled in its partition; negative when it was not.</summary>
    public long PolledAt(int sent) => _polledAt[sent];

    /// <summary>Whether a send was refused or its transaction aborted.</summary>
    public bool IsAborted(int send)
    {
        SendOperation operation = History.Sends[send];
        return operation.Outcome == Outcome.Refused
            || (operation.Transaction >= 0 && Fates[operation.Transaction].Outcome == Outcome.Refused);
    }

    /// <summary>Whether a record was sent, to the partition in which it was polled.</summary>
    public bool IsAtHome(KnownRecord record, int partition) =>
        record.Send >= 0 && History.Sends[record.Send].Partition == partition;

    /// <summary>Who polled first what was first polled then.</summary>
    public Consumer PollerAt(long sequence)
    {
        int low = 0;
        int high = History.Polls.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (History.Polls[middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return History.Consumers[History.Polls[low].Consumer];
    }

    public string ProducerOf(int send) => History.Producers[History.Sends[send].Producer];

    private static KnownLog[] PolledLogs(RecordedHistory history)
    {
        KnownLog[] logs = [.. history.Partitions.Select(_ => new KnownLog())];
        foreach (PollOperation poll in history.Polls)
        {
            for (int index = 0; index < poll.Records.Count; index++)
            {
                long value = history.PolledValues[poll.Records.At + index];
                logs[poll.Partition].Add(new KnownRecord(history.OffsetOf(poll.Records, index), value, poll.Sequence));
            }
        }

        foreach (KnownLog log in logs)
        {
            log.Seal();
        }

        return logs;
    }

    /// <summary>Finds the send of each polled record, and for each send when something of it was polled first.</summary>
    private long[] Join()
    {
        SentIndex sent = new(History);
        long[] firstPolled = new long[History.Sends.Length];
        Array.Fill(firstPolled, long.MaxValue);
        for (int partition = 0; partition < Logs.Length; partition++)
        {
            foreach (ref KnownRecord record in Logs[partition].Records)
            {
                int place = sent.PlaceOf(record.Value);
                if (place < 0)
                {
                    continue;
                }

                int send = sent.SendAt(place);
                record = record with { Sent = place, Send = send };
                if (History.Sends[send].Partition == partition)
                {
                    _polledAt[place] = _polledAt[place] < 0 ? record.Offset : _polledAt[place];
                    firstPolled[send] = Math.Min(firstPolled[send], record.FirstPolled);
                }
            }
        }

        return firstPolled;
    }
}
