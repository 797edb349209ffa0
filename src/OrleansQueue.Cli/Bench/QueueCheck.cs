using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>Verifies messages of a queue group: each is whole and comes once, and those of a key come in their order. Nothing is allocated for a message.</summary>
internal sealed class QueueCheck
{
    private readonly BenchMessage _expected;
    private readonly int _size;
    private readonly long[] _lastOfKey;
    private readonly Dictionary<Partition, OffsetSet> _seen;

    /// <param name="options">What is read.</param>
    /// <param name="partitions">Where the messages lie.</param>
    public QueueCheck(BenchOptions options, IEnumerable<PartitionStatus> partitions)
    {
        _size = options.Size;
        _expected = new BenchMessage(options.Size, 0, options.Queue.Keys);
        _lastOfKey = new long[options.Queue.Keys];
        Array.Fill(_lastOfKey, -1);
        _seen = partitions.ToDictionary(static partition => partition.Partition, static partition => new OffsetSet(partition.LogStart));
    }

    /// <summary>How many messages came.</summary>
    public long Count { get; private set; }

    /// <summary>What was wrong first; null where nothing was.</summary>
    public string? Problem { get; private set; }

    public void Fail(string problem) => Problem ??= problem;

    public void Take(QueueDelivery delivery)
    {
        Count++;
        if (delivery.Raw.Value is not { } value || !_expected.TryRead(value.Span, out _, out _))
        {
            Fail(delivery, $"this is no message of {_size} bytes that `oq bench` published");
        }
        else if (!_seen.TryGetValue(delivery.Partition, out var seen) || !seen.TryAdd(delivery.Offset))
        {
            Fail(delivery, "it came twice");
        }
        else if (_lastOfKey.Length != 0)
        {
            TakeKey(delivery);
        }
    }

    private void TakeKey(QueueDelivery delivery)
    {
        if (!_expected.TryReadKey(delivery.Key, out var key))
        {
            Fail(delivery, $"this has none of {_lastOfKey.Length} keys");
            return;
        }

        if (delivery.Offset.Value <= _lastOfKey[key])
        {
            Fail(delivery, $"it came behind offset {_lastOfKey[key]} of the same key");
        }

        _lastOfKey[key] = delivery.Offset.Value;
    }

    private void Fail(QueueDelivery delivery, string problem) => Fail($"Partition {delivery.Partition}, offset {delivery.Offset}: {problem}.");

    /// <summary>Offsets of a partition, a bit each.</summary>
    private sealed class OffsetSet(Offset first)
    {
        private ulong[] _bits = new ulong[1024];

        /// <summary>False where it is there already, or before the first.</summary>
        public bool TryAdd(Offset offset)
        {
            var (at, bit) = Math.DivRem(offset.Value - first.Value, 64);
            if (at < 0 || bit < 0)
            {
                return false;
            }

            if (at >= _bits.Length)
            {
                Array.Resize(ref _bits, (int)Math.Max(at + 1, _bits.Length * 2L));
            }

            var mask = 1UL << (int)bit;
            var isNew = (_bits[at] & mask) == 0;
            _bits[at] |= mask;
            return isNew;
        }
    }
}
