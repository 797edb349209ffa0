namespace OrleansQueue.AzureStorage;

/// <summary>
/// How much of a log is asked for at once: as much as the storage answers in a moment. A range of many small appends can cost a storage far more than its bytes
/// do (Azurite opens a file for each, and fails where it may open no more).
/// </summary>
internal sealed class ReadPace(int most)
{
    private const int First = 256 << 10;
    private const int Least = 64 << 10;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(400);

    private volatile int _bytes = Math.Min(First, most);

    /// <summary>The most bytes to ask for at once.</summary>
    public int Bytes => _bytes;

    /// <summary>So many bytes were answered in that time.</summary>
    public void Took(int bytes, TimeSpan time)
    {
        if (time > Slow)
        {
            Slower();
        }
        else if (time < Quick && bytes >= _bytes)
        {
            _bytes = (int)Math.Min(2L * bytes, most);
        }
    }

    /// <summary>A request failed, perhaps because it asked for too much.</summary>
    public void Slower() => _bytes = Math.Max(_bytes / 2, Math.Min(Least, most));
}
