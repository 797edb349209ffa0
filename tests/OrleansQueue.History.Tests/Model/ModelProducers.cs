namespace OrleansQueue.History.Tests.Model;

/// <summary>Producers that send with several batches on their way, with every outcome, in transactions and without.</summary>
internal sealed class ModelProducers(HistoryRecorder recorder, Random random)
{
    private readonly Dictionary<(string Producer, ModelPartition Partition), Queue<Flight>> _lines = [];
    private readonly List<Action> _answers = [];
    private readonly List<ModelTransaction> _open = [];
    private long _nextValue;
    private int _transactions;

    /// <summary>A value that nobody has sent.</summary>
    public long NewValue() => _nextValue++;

    public void Begin(ModelPartition partition)
    {
        string producer = $"p{random.Next(3)}";
        long[] values = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => NewValue())];
        ModelTransaction? transaction = random.Next(4) == 0 ? OpenTransaction() : null;
        if (transaction is not null)
        {
            transaction.InFlight++;
            transaction.Partitions.Add(partition);
        }

        SendToken token = recorder.BeginSend(producer, partition.Key, values, transaction?.Name);
        if (!_lines.TryGetValue((producer, partition), out Queue<Flight>? line))
        {
            _lines.Add((producer, partition), line = new());
        }

        line.Enqueue(new Flight(token, values, transaction));
    }

    /// <summary>One batch arrives; its producer hears of it at once, later or never.</summary>
    public void Arrive()
    {
        ((_, ModelPartition partition), Queue<Flight> line) = _lines.ElementAtOrDefault(random.Next(Math.Max(1, _lines.Count)));
        if (line is null || !line.TryDequeue(out Flight? flight))
        {
            return;
        }

        if (flight.Transaction is { } transaction)
        {
            transaction.InFlight--;
        }

        switch (random.Next(10))
        {
            case 0:
                recorder.SendRefused(flight.Token);
                break;
            case 1:
                recorder.SendUnknown(flight.Token);
                break;
            case 2:
                Store(partition, flight);
                recorder.SendUnknown(flight.Token);
                break;
            case 3:
                Store(partition, flight);
                break;
            case 4:
                Store(partition, flight);
                _answers.Add(() => recorder.SendStored(flight.Token));
                break;
            default:
                List<ModelRecord> records = Store(partition, flight);
                _answers.Add(() => Acknowledge(flight.Token, records));
                break;
        }
    }

    /// <summary>One of the answers on their way arrives.</summary>
    public void Answer()
    {
        if (_answers.Count > 0)
        {
            int index = random.Next(_answers.Count);
            _answers[index]();
            _answers.RemoveAt(index);
        }
    }

    public void EndTransaction()
    {
        if (_open.Find(candidate => candidate.InFlight == 0) is not { } transaction)
        {
            return;
        }

        _open.Remove(transaction);
        bool commits = random.Next(3) > 0;
        TransactionToken token = commits ? recorder.BeginTransactionCommit(transaction.Name) : recorder.BeginTransactionAbort(transaction.Name);
        transaction.IsCommitted = commits;
        foreach (ModelPartition partition in transaction.Partitions)
        {
            // The marker takes an offset.
            partition.End++;
        }

        Action<TransactionToken> told = random.Next(4) == 0 ? recorder.TransactionUnknown
            : commits ? recorder.TransactionCommitted : recorder.TransactionAborted;
        _answers.Add(() => told(token));
    }

    /// <summary>Lets everything arrive and be answered, and ends every transaction.</summary>
    public void Settle()
    {
        while (_lines.Values.Any(line => line.Count > 0))
        {
            Arrive();
        }

        while (_open.Count > 0)
        {
            EndTransaction();
        }

        while (_answers.Count > 0)
        {
            Answer();
        }
    }

    private ModelTransaction OpenTransaction()
    {
        if (_open.Count < 2)
        {
            _open.Add(new ModelTransaction($"t{_transactions++}"));
        }

        return _open[random.Next(_open.Count)];
    }

    private static List<ModelRecord> Store(ModelPartition partition, Flight flight) =>
        [.. flight.Values.Select(value => partition.Append(value, flight.Transaction))];

    private void Acknowledge(SendToken token, List<ModelRecord> records)
    {
        recorder.Sent(token, records[0].Offset);
        records.ForEach(record => record.IsAcknowledged = true);
    }

    private sealed record Flight(SendToken Token, long[] Values, ModelTransaction? Transaction);
}
