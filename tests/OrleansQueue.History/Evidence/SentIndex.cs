namespace OrleansQueue.History.Evidence;

/// <summary>Finds the send of a value.</summary>
internal sealed class SentIndex
{
    private readonly RecordedHistory _history;
    private readonly long[] _values;
    private readonly int[] _places;

    public SentIndex(RecordedHistory history)
    {
        _history = history;
        _values = new long[history.SentValues.Count];
        _places = new int[_values.Length];
        bool isSorted = true;
        for (int place = 0; place < _values.Length; place++)
        {
            _values[place] = history.SentValues[place];
            _places[place] = place;
            isSorted &= place == 0 || _values[place] > _values[place - 1];
        }

        if (!isSorted)
        {
            Array.Sort(_values, _places);
            ThrowOnTwins();
        }
    }

    /// <summary>Where a value stands in the column of sent values; negative when nobody sent it.</summary>
    public int PlaceOf(long value)
    {
        int index = Array.BinarySearch(_values, value);
        return index < 0 ? -1 : _places[index];
    }

    /// <summary>The send to which a place in the column of sent values belongs.</summary>
    public int SendAt(int place)
    {
        int low = 0;
        int high = _history.Sends.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            if (_history.Sends[middle].Values.At <= place)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private void ThrowOnTwins()
    {
        for (int index = 1; index < _values.Length; index++)
        {
            if (_values[index] == _values[index - 1])
            {
                throw new ArgumentException($"The history sends the value {_values[index]} twice, so nothing can be said about it.");
            }
        }
    }
}
