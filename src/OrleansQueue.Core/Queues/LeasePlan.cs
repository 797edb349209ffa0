using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>What one request for messages gets: filled batch by batch until there is no room.</summary>
internal sealed class LeasePlan(int maxMessages, int maxBytes)
{
    // Of a batch of which a quarter or more is left out only what was leased is sent; copying it costs less than sending the rest.
    private const int Quarters = 4;

    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly List<LeasedRange> _selection = [];
    private int _messages;
    private long _bytes;
    private Offset _end;

    /// <summary>The most messages.</summary>
    public int MaxMessages => maxMessages;

    /// <summary>The most bytes, unless the first batch is larger.</summary>
    public int MaxBytes => maxBytes;

    /// <summary>Whether nothing was leased yet.</summary>
    public bool IsEmpty => _messages == 0;

    /// <summary>Whether more messages may be leased.</summary>
    public bool HasRoom => _messages < maxMessages && (_bytes < maxBytes || (IsEmpty && maxMessages > 0));

    /// <summary>Whether what was leased is of the requeue log.</summary>
    public bool IsRequeued { get; set; }

    /// <summary>The bytes of what was leased.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts => _parts;

    /// <summary>What was leased.</summary>
    public IReadOnlyList<LeasedRange> Selection => _selection;

    /// <summary>
    /// Whether what lies at an offset comes behind all batches that messages were leased of. Nothing else may join them: whoever gets the answer
    /// goes through batches and selection side by side.
    /// </summary>
    public bool IsBehind(Offset offset) => offset >= _end;

    /// <summary>How many messages of a batch may be leased.</summary>
    public int RoomIn(WindowBatch batch)
    {
        var each = Math.Max(1, batch.SizeInBytes / Math.Max(1, batch.Header.RecordCount));
        var fitting = Math.Max(IsEmpty ? 1 : 0, (maxBytes - _bytes) / each);
        return (int)Math.Min(maxMessages - _messages, fitting);
    }

    /// <summary>Adds messages behind others; they are one range where they stand alike.</summary>
    public static void Join(List<LeasedRange> ranges, LeasedRange next)
    {
        if (ranges.Count != 0 && ranges[^1].End == next.First && ranges[^1].DeliveryCount == next.DeliveryCount)
        {
            ranges[^1] = ranges[^1] with { End = next.End };
        }
        else
        {
            ranges.Add(next);
        }
    }

    /// <summary>Takes messages of a batch in.</summary>
    /// <exception cref="InvalidOperationException">The batch is not behind those before.</exception>
    public void Add(WindowBatch batch, List<LeasedRange> picked)
    {
        if (picked.Count == 0)
        {
            return;
        }

        if (!IsBehind(batch.First))
        {
            throw new InvalidOperationException($"A lease has messages up to {_end}, and would get some of the batch at {batch.First} behind them.");
        }

        _end = batch.End;

        var count = (int)picked.Sum(range => range.End.Value - range.First.Value);
        _selection.AddRange(picked);
        _messages += count;
        if (batch.CanOpen && count * Quarters <= batch.Header.RecordCount * (Quarters - 1))
        {
            _bytes += batch.AddSome(picked, _parts);
        }
        else
        {
            batch.AddWhole(_parts);
            _bytes += batch.SizeInBytes;
        }
    }
}
