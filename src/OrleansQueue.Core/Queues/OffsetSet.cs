using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>A set of offsets, kept as ranges.</summary>
internal sealed class OffsetSet
{
    private readonly SortedList<long, long> _ends = [];

    /// <summary>How many offsets it has.</summary>
    public long Count { get; private set; }

    /// <summary>The first of them; there is one.</summary>
    public Offset First => new(_ends.GetKeyAtIndex(0));

    /// <summary>Its ranges in order.</summary>
    public IReadOnlyList<OffsetRange> Ranges => [.. _ends.Select(range => new OffsetRange(new Offset(range.Key), new Offset(range.Value)))];

    /// <summary>Adds offsets; those that it has already are no others.</summary>
    public void Add(OffsetRange range)
    {
        long first = range.First.Value, end = range.End.Value;
        for (var i = FirstEndingAt(first); i < _ends.Count && _ends.GetKeyAtIndex(i) <= end;)
        {
            first = Math.Min(first, _ends.GetKeyAtIndex(i));
            end = Math.Max(end, _ends.GetValueAtIndex(i));
            RemoveAt(i);
        }

        Put(first, end);
    }

    /// <summary>Takes offsets out.</summary>
    public void Remove(OffsetRange range)
    {
        long first = range.First.Value, end = range.End.Value;
        for (var i = FirstEndingAt(first + 1); i < _ends.Count && _ends.GetKeyAtIndex(i) < end; i = FirstEndingAt(first + 1))
        {
            var (from, to) = (_ends.GetKeyAtIndex(i), _ends.GetValueAtIndex(i));
            RemoveAt(i);
            Put(from, first);
            Put(end, to);
        }
    }

    /// <summary>Those of some offsets that it has.</summary>
    public IEnumerable<OffsetRange> Among(OffsetRange range)
    {
        for (var i = FirstEndingAt(range.First.Value + 1); i < _ends.Count && _ends.GetKeyAtIndex(i) < range.End.Value; i++)
        {
            yield return new(Offset.Max(new(_ends.GetKeyAtIndex(i)), range.First), Offset.Min(new(_ends.GetValueAtIndex(i)), range.End));
        }
    }

    /// <summary>Takes everything out.</summary>
    public void Clear()
    {
        _ends.Clear();
        Count = 0;
    }

    private void Put(long first, long end)
    {
        if (first < end)
        {
            _ends.Add(first, end);
            Count += end - first;
        }
    }

    private void RemoveAt(int index)
    {
        Count -= _ends.GetValueAtIndex(index) - _ends.GetKeyAtIndex(index);
        _ends.RemoveAt(index);
    }

    private int FirstEndingAt(long place)
    {
        int low = 0, high = _ends.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ends.GetValueAtIndex(middle) >= place ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
