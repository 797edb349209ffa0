using System.Runtime.InteropServices;

namespace OrleansQueue.History;

/// <content>What consumers read.</content>
public sealed partial class HistoryRecorder
{
    private readonly LongColumn _polledValues = new();
    private readonly List<PollOperation> _polls = [];
    private readonly List<Repositioning> _repositionings = [];
    private readonly List<Deletion> _deletions = [];
    private readonly List<DrainOperation> _drains = [];

    /// <summary>
    /// What one fetch handed out, told when it came. The polls of one consumer on one partition are told in their order.
    /// </summary>
    /// <param name="consumer">Who.</param>
    /// <param name="partition">From where.</param>
    /// <param name="from">The offset asked for.</param>
    /// <param name="records">What the application saw, in the order in which it saw it; may be empty.</param>
    /// <param name="nextOffset">The position after the last offset examined: everything below it counts as seen.</param>
    /// <param name="logStart">The log start that the answer named; skipping to it is allowed. 0 when it named none.</param>
    public void Poll(
        Consumer consumer, PartitionKey partition, long from, ReadOnlySpan<(long Offset, long Value)> records, long nextOffset,
        long logStart = 0)
    {
        Span<long> offsets = records.Length <= 256 ? stackalloc long[records.Length] : new long[records.Length];
        for (int index = 0; index < records.Length; index++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(records[index].Offset, nameof(records));
            offsets[index] = records[index].Offset;
        }

        lock (_lock)
        {
            Run run = RunOf(_polledValues.Count, offsets);
            foreach ((_, long value) in records)
            {
                _polledValues.Add(value);
            }

            _polls.Add(new PollOperation(
                _consumers.NumberOf(consumer), _partitions.NumberOf(partition), _sequence++, from, nextOffset, logStart, run));
        }
    }

    /// <summary>A consumer goes on at <paramref name="offset"/>, backwards or forwards, and means to.</summary>
    public void Seek(Consumer consumer, PartitionKey partition, long offset)
    {
        lock (_lock)
        {
            Reposition(_consumers.NumberOf(consumer), _partitions.NumberOf(partition), offset);
        }
    }

    /// <summary>
    /// Retention may delete what lies below an offset, so it is not lost. Told before the deletion is asked for, because who polls
    /// meanwhile may or may not find it; what was polled before this is told had to be there.
    /// </summary>
    public void Deleted(PartitionKey partition, long below)
    {
        lock (_lock)
        {
            _deletions.Add(new Deletion(_sequence++, _partitions.NumberOf(partition), below));
        }
    }

    /// <summary>
    /// A consumer is about to read a partition from its log start to its end; this is also its <see cref="Seek"/>. Whatever is
    /// known to be stored by now must be among what it polls until <see cref="Drained"/>.
    /// </summary>
    /// <param name="consumer">Who.</param>
    /// <param name="partition">What.</param>
    /// <param name="from">The log start.</param>
    public DrainToken BeginDrain(Consumer consumer, PartitionKey partition, long from = 0)
    {
        lock (_lock)
        {
            int reader = _consumers.NumberOf(consumer);
            int log = _partitions.NumberOf(partition);
            _drains.Add(new DrainOperation(reader, log, _sequence));
            Reposition(reader, log, from);
            return new DrainToken(_drains.Count - 1);
        }
    }

    /// <summary>The drain has reached the end of the log.</summary>
    /// <param name="drain">The drain.</param>
    /// <param name="end">The offset after the last one in the log.</param>
    public void Drained(DrainToken drain, long end)
    {
        lock (_lock)
        {
            ref DrainOperation operation = ref CollectionsMarshal.AsSpan(_drains)[drain.Index];
            ThrowIfEnded(operation.Ended);
            operation.Ended = _sequence++;
            operation.End = end;
        }
    }

    private void Reposition(int consumer, int partition, long offset) =>
        _repositionings.Add(new Repositioning(_sequence++, consumer, partition, offset));
}
