namespace OrleansQueue.Client;

/// <summary>How long to wait before another try: 50 ms, doubled at each failure up to 1 s, and from the start again after a success.</summary>
internal struct Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private TimeSpan _last;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next() => _last = _last == TimeSpan.Zero ? First : TimeSpan.FromTicks(Math.Min(Longest.Ticks, _last.Ticks * 2));

    /// <summary>Something went well.</summary>
    public void Reset() => _last = TimeSpan.Zero;
}
