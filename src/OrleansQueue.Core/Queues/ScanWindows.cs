namespace OrleansQueue.Queues;

/// <summary>The windows that a cursor read last.</summary>
/// <param name="most">How many are kept: one for a cursor that leases in the order of its log, more for one that goes to and fro.</param>
internal sealed class ScanWindows(int most)
{
    private readonly List<ScanWindow> _windows = new(most);

    /// <summary>The window that covers a place; null where none of these does.</summary>
    public ScanWindow? Find(Place place)
    {
        for (var i = 0; i < _windows.Count; i++)
        {
            if (_windows[i] is { } window && window.IsRequeued == place.IsRequeued && window.Covers(place.Offset))
            {
                _windows.RemoveAt(i);
                _windows.Add(window);
                return window;
            }
        }

        return null;
    }

    /// <summary>Keeps a window, in place of the one that was not used for longest.</summary>
    public ScanWindow Add(ScanWindow window)
    {
        if (_windows.Count == most)
        {
            _windows.RemoveAt(0);
        }

        _windows.Add(window);
        return window;
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear() => _windows.Clear();
}
