namespace OrleansQueue.Queues;

/// <summary>
/// How long a message that failed waits: twice as long after each failure, up to a ceiling, give or take 20 % so that messages which failed
/// together do not come back together. The same message waits as long whoever works it out, so it need not be kept.
/// </summary>
public static class Backoff
{
    private const int MostDoublings = 40;
    private const double Jitter = 0.2;

    /// <summary>The wait after a failure.</summary>
    /// <param name="failures">How many deliveries have failed, 1 or more.</param>
    /// <param name="place">Where the message lies: messages at different places wait for different times.</param>
    /// <param name="first">The wait after the first failure, 0 or more.</param>
    /// <param name="longest">The ceiling, before it is made a little more or less.</param>
    /// <exception cref="ArgumentOutOfRangeException">Nothing has failed.</exception>
    public static TimeSpan After(int failures, long place, TimeSpan first, TimeSpan longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var wait = first.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, MostDoublings));
        var spread = 1 - Jitter + (2 * Jitter * Fraction((ulong)place * 31 + (ulong)failures));
        return TimeSpan.FromMilliseconds(Math.Min(wait, longest.TotalMilliseconds) * spread);
    }

    /// <summary>A number from 0 to 1 that looks random, by the finalizer of SplitMix64.</summary>
    private static double Fraction(ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        seed = (seed ^ (seed >> 27)) * 0x94D049BB133111EB;
        return ((seed ^ (seed >> 31)) >> 11) / (double)(1UL << 53);
    }
}
