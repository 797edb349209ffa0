using System.Globalization;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>How long publishes took, from the call to the receipt.</summary>
internal sealed record Latencies(int Count, TimeSpan Half, TimeSpan Slow, TimeSpan Slowest)
{
    public static Latencies Of(List<TimeSpan> times)
    {
        var sorted = times.Order().ToList();
        return sorted.Count == 0 ? new(0, default, default, default) : new(sorted.Count, At(sorted, 0.5), At(sorted, 0.99), sorted[^1]);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Count} publishes, p50 {Half.TotalMilliseconds:F1} ms, p99 {Slow.TotalMilliseconds:F1} ms, max {Slowest.TotalMilliseconds:F0} ms");

    private static TimeSpan At(List<TimeSpan> sorted, double part) => sorted[(int)(part * (sorted.Count - 1))];
}
