using System.Buffers.Binary;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>A batch that a partition holds, stamped as a broker stamps it.</summary>
internal sealed record StoredBatch(byte[] Bytes, RecordBatchHeader Header);

/// <summary>
/// One partition in memory with the checks of idempotent producers: it knows the last five batches of each, holds a batch that
/// came too early for a second, and tells repetitions.
/// </summary>
internal sealed class FakePartition(TimeProvider clock)
{
    private static readonly TimeSpan ParkTime = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ProducerId, Producer> _producers = [];
    private TaskCompletionSource _changed = new();

    public List<StoredBatch> Batches { get; } = [];

    public Epoch Epoch { get; set; } = new(7);

    public Offset LogStart { get; set; }

    public Offset End => Batches.Count == 0 ? LogStart : Batches[^1].Header.NextOffset;

    /// <summary>Ends when something was appended.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Forgets every producer, as a broker does whose producers expired.</summary>
    public void ForgetProducers() => _producers.Clear();

    /// <summary>Another incarnation of a producer writes.</summary>
    public void Fence(ProducerId id, ProducerEpoch epoch) => _producers[id] = new Producer(epoch);

    public async Task<ProduceResult> AppendAsync(ReadOnlyMemory<byte> batch)
    {
        using (OpenedBatch.Open(batch, 16 << 20))
        {
        }

        var header = RecordBatchHeader.Read(batch.Span);
        var result = TryAppend(batch, header);
        var since = clock.GetTimestamp();
        while (result is ProduceResult.OutOfOrder && clock.GetElapsedTime(since) < ParkTime)
        {
            await Task.WhenAny(Changed, clock.After(ParkTime - clock.GetElapsedTime(since)));
            result = TryAppend(batch, header);
        }

        return result;
    }

    private ProduceResult TryAppend(ReadOnlyMemory<byte> batch, RecordBatchHeader header)
    {
        var stamp = header.Producer;
        if (!stamp.IsIdempotent)
        {
            return Store(batch);
        }

        var known = _producers.GetValueOrDefault(stamp.Id);
        if (known is null || stamp.Epoch.Value > known.Epoch.Value)
        {
            if (stamp.First != Sequence.Zero)
            {
                return new ProduceResult.UnknownProducer();
            }

            _producers[stamp.Id] = known = new Producer(stamp.Epoch);
        }
        else if (stamp.Epoch.Value < known.Epoch.Value)
        {
            return new ProduceResult.ProducerFenced(known.Epoch);
        }

        if (stamp.First != known.Next)
        {
            return known.Judge(header);
        }

        var stored = Store(batch);
        known.Add(header, stored.BaseOffset);
        return stored;
    }

    private ProduceResult.Appended Store(ReadOnlyMemory<byte> batch)
    {
        var bytes = batch.ToArray();
        BinaryPrimitives.WriteInt64BigEndian(bytes, End.Value);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), Epoch.Value);
        Batches.Add(new StoredBatch(bytes, RecordBatchHeader.Read(bytes)));
        var changed = _changed;
        _changed = new();
        changed.SetResult();
        return new(Batches[^1].Header.BaseOffset, Timestamp.Now(clock), Durability.Fsync);
    }

    private sealed class Producer(ProducerEpoch epoch)
    {
        private readonly List<(Sequence First, int Count, Offset Base)> _last = [];

        public ProducerEpoch Epoch => epoch;

        public Sequence Next { get; private set; }

        public void Add(in RecordBatchHeader header, Offset baseOffset)
        {
            Next = header.Producer.First.Plus(header.RecordCount);
            _last.Add((header.Producer.First, header.RecordCount, baseOffset));
            if (_last.Count > 5)
            {
                _last.RemoveAt(0);
            }
        }

        public ProduceResult Judge(RecordBatchHeader header)
        {
            foreach (var (first, count, offset) in _last)
            {
                if (first == header.Producer.First && count == header.RecordCount)
                {
                    return new ProduceResult.Duplicate(offset, Durability.Fsync);
                }
            }

            var isOld = _last.Count != 0 && header.Producer.First.Plus(header.RecordCount).DistanceFrom(_last[0].First) <= 0;
            return isOld ? new ProduceResult.Duplicate(null, Durability.Fsync) : new ProduceResult.OutOfOrder(Next);
        }
    }
}
