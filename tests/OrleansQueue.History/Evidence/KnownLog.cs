using System.Runtime.InteropServices;

namespace OrleansQueue.History.Evidence;

/// <summary>
/// What a partition holds as far as polls show it: each pair of offset and value once, in order. Polls come mostly in order and
/// mostly bring what is known, so a new record is appended or recognised at once; those that fit nowhere wait and are merged in
/// when they have become many, which keeps the whole at n log n.
/// </summary>
internal sealed class KnownLog
{
    private List<KnownRecord> _records = [];
    private List<KnownRecord> _waiting = [];
    private int _expected;

    /// <summary>The records, once everything is added and <see cref="Seal"/> was called.</summary>
    public Span<KnownRecord> Records => CollectionsMarshal.AsSpan(_records);

    public int Count => _records.Count;

    /// <summary>The highest offset at which something was polled; -1 for none.</summary>
    public long LastOffset => _records.Count == 0 ? -1 : _records[^1].Offset;

    public void Add(KnownRecord record)
    {
        if (record.Offset > LastOffset)
        {
            _records.Add(record);
            _expected = _records.Count;
        }
        else if (IndexOf(record.Offset, record.Value) < 0)
        {
            _waiting.Add(record);
            if (_waiting.Count > 1024 + _records.Count / 4)
            {
                Seal();
            }
        }
    }

    public void Seal()
    {
        if (_waiting.Count == 0)
        {
            return;
        }

        _waiting.Sort(KnownRecord.Compare);
        List<KnownRecord> merged = new(_records.Count + _waiting.Count);
        int next = 0;
        foreach (KnownRecord late in _waiting)
        {
            while (next < _records.Count && KnownRecord.ComparePlaces(_records[next], late) < 0)
            {
                merged.Add(_records[next++]);
            }

            if (merged.Count == 0 || KnownRecord.ComparePlaces(merged[^1], late) != 0)
            {
                merged.Add(late);
            }
        }

        merged.AddRange(CollectionsMarshal.AsSpan(_records)[next..]);
        _records = merged;
        _waiting = [];
    }

    /// <summary>The index of a value at an offset; negative when it was not polled there.</summary>
    public int IndexOf(long offset, long value)
    {
        // A poll goes on where the one before ended, so the next record is the best guess.
        int index = _expected;
        if (index >= _records.Count || _records[index].Offset != offset || _records[index].Value != value)
        {
            index = FirstFrom(offset);
            while (index < _records.Count && _records[index].Offset == offset && _records[index].Value != value)
            {
                index++;
            }

            if (index == _records.Count || _records[index].Offset != offset)
            {
                return -1;
            }
        }

        _expected = index + 1;
        return index;
    }

    /// <summary>The index of the first record at an offset or behind it.</summary>
    public int FirstFrom(long offset)
    {
        int low = 0;
        int high = _records.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_records[middle].Offset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
