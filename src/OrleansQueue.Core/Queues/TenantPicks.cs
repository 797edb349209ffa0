using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>What was leased by turns of tenants, until all of it is put into an answer in the order of the log.</summary>
/// <param name="maxMessages">The most messages.</param>
/// <param name="maxBytes">The most bytes of their records, unless the first is larger.</param>
internal sealed class TenantPicks(int maxMessages, long maxBytes)
{
    private readonly SortedDictionary<Offset, (WindowBatch Batch, List<LeasedRange> Ranges)> _batches = [];
    private long _bytes;
    private int _messages;

    /// <summary>Whether more messages may be leased.</summary>
    public bool HasRoom => _messages < maxMessages && (_bytes < maxBytes || _messages == 0);

    /// <summary>Cuts a row that is ready to what may be leased of it from one batch; at least one message.</summary>
    public Unfinished Cut(in Unfinished row, WindowBatch batch, int tenants)
    {
        if (!batch.CanOpen)
        {
            return row with { End = Math.Min(row.End, batch.End.Value) };
        }

        // Of several each gets half a fair share at a turn, so that also a few messages are shared evenly.
        var left = maxMessages - _messages;
        var turn = tenants == 1 ? left : Math.Max(1, left / (2 * tenants));
        var most = Math.Min(row.First + turn, Math.Min(row.End, batch.End.Value));
        var (first, end) = batch.Index.RecordsOf(row.First - batch.First.Value, most - batch.First.Value);
        var fitting = first + 1;
        while (fitting < end && _bytes + batch.Index.StartOf(fitting + 1) - batch.Index.StartOf(first) <= maxBytes)
        {
            fitting++;
        }

        return row with { End = fitting >= end ? most : batch.First.Value + batch.Index.DeltaOf(fitting) };
    }

    /// <summary>Takes a row in that was leased from a batch.</summary>
    public void Add(in Unfinished row, WindowBatch batch)
    {
        if (!_batches.TryGetValue(batch.First, out var picked))
        {
            _batches.Add(batch.First, picked = (batch, []));
        }

        picked.Ranges.Add(new LeasedRange(new Offset(row.First), new Offset(row.End), row.Blamed + 1));
        _messages += (int)row.Count;
        _bytes += batch.CanOpen ? SizeOf(row, batch) : batch.SizeInBytes;
    }

    /// <summary>Puts all of it into an answer.</summary>
    public void PutInto(LeasePlan plan)
    {
        foreach (var (batch, ranges) in _batches.Values)
        {
            plan.Add(batch, Joined(ranges));
        }
    }

    private static int SizeOf(in Unfinished row, WindowBatch batch)
    {
        var (first, end) = batch.Index.RecordsOf(row.First - batch.First.Value, row.End - batch.First.Value);
        return batch.Index.StartOf(end) - batch.Index.StartOf(first);
    }

    private static List<LeasedRange> Joined(List<LeasedRange> ranges)
    {
        var joined = new List<LeasedRange>();
        foreach (var range in ranges.OrderBy(static range => range.First))
        {
            LeasePlan.Join(joined, range);
        }

        return joined;
    }
}
