namespace OrleansQueue.History.Tests.Model;

/// <summary>A random run of the model, the same for the same seed, that ends with a drain.</summary>
internal sealed class ModelRun
{
    private const int Steps = 400;

    private readonly Random _random;
    private readonly HistoryRecorder _recorder = new();
    private readonly ModelPartition[] _partitions;
    private readonly ModelGroup[] _groups;
    private readonly ModelProducers _producers;
    private readonly Dictionary<(Consumer, ModelPartition), long> _positions = [];
    private bool _keepsAll;

    private ModelRun(int seed)
    {
        _random = new(seed);
        _partitions = [.. Enumerable.Range(0, 2).Select(number => new ModelPartition(new("orders", number)))];
        _groups = [.. _partitions.Select(partition => new ModelGroup(_recorder, _random, partition))];
        _producers = new(_recorder, _random);
    }

    public static HistoryReport Check(int seed, Corruption corruption)
    {
        ModelRun run = new(seed);
        run.Go(corruption);
        return HistoryChecker.Check(run._recorder.Build());
    }

    private void Go(Corruption corruption)
    {
        int from = _random.Next(50, Steps);
        for (int step = 0; step < Steps; step++)
        {
            Step();
            _keepsAll |= corruption != Corruption.None && step >= from;
            if (corruption != Corruption.None && step >= from && Apply(corruption))
            {
                corruption = Corruption.None;
            }
        }

        _producers.Settle();
        Assert.True(corruption == Corruption.None || Apply(corruption), "The run stored too little to corrupt.");
        Finish();
    }

    // What is wrong must not be deleted before anybody can see it.
    private bool Apply(Corruption corruption) =>
        Corruptions.Apply(corruption, _partitions[_random.Next(2)], _random, _producers.NewValue);

    private void Step()
    {
        int number = _random.Next(2);
        ModelPartition partition = _partitions[number];
        ModelGroup group = _groups[number];
        Action step = _random.Next(40) switch
        {
            < 8 => () => _producers.Begin(partition),
            < 17 => _producers.Arrive,
            < 22 => _producers.Answer,
            < 24 => _producers.EndTransaction,
            < 27 => () => Poll(new($"r{_random.Next(2)}"), partition),
            < 28 => () => Seek(new($"r{_random.Next(2)}"), partition),
            < 31 => group.Poll,
            < 33 => group.Commit,
            < 34 => group.Rebalance,
            < 35 => group.ReadCommitted,
            < 37 => group.Answer,
            < 38 => _random.Next(4) == 0 ? group.Reset : group.CommitStale,
            < 39 => () => Delete(partition),
            _ => () => Drain(partition, _recorder.BeginDrain(new("audit"), partition.Key, partition.LogStart), new("audit")),
        };
        step();
    }

    private void Poll(Consumer consumer, ModelPartition partition)
    {
        long from = _positions.GetValueOrDefault((consumer, partition));
        var (records, next) = partition.Read(from, _random.Next(0, 12));
        _recorder.Poll(consumer, partition.Key, from, records, next, partition.LogStart);
        _positions[(consumer, partition)] = next;
    }

    private void Seek(Consumer consumer, ModelPartition partition)
    {
        long offset = _random.NextInt64(partition.End + 1);
        _positions[(consumer, partition)] = offset;
        _recorder.Seek(consumer, partition.Key, offset);
    }

    private void Delete(ModelPartition partition)
    {
        if (!_keepsAll && _random.Next(4) == 0)
        {
            long below = _random.NextInt64(partition.LogStart, partition.LastStable + 1);
            _recorder.Deleted(partition.Key, below);
            partition.LogStart = below;
            partition.Records.RemoveAll(record => record.Offset < below);
        }
    }

    private void Drain(ModelPartition partition, DrainToken drain, Consumer consumer)
    {
        // A log with an open transaction cannot be read to its end.
        if (partition.LastStable < partition.End)
        {
            return;
        }

        _positions[(consumer, partition)] = partition.LogStart;
        while (_positions[(consumer, partition)] < partition.End)
        {
            Poll(consumer, partition);
        }

        _recorder.Drained(drain, partition.End);
    }

    private void Finish()
    {
        for (int number = 0; number < _partitions.Length; number++)
        {
            _groups[number].Settle();
            _groups[number].ReadCommitted();
            _groups[number].Settle();
            Consumer consumer = new("drain");
            Drain(_partitions[number], _recorder.BeginDrain(consumer, _partitions[number].Key, _partitions[number].LogStart), consumer);
        }
    }
}
