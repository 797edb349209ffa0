using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>How long some messages took, from their publish to their receipt or from their hand-out until their settlement is kept: one in each <see cref="Every"/>, so that measuring costs little.</summary>
internal sealed class Latencies
{
    private const int Every = 256;

    private readonly ConcurrentBag<double> _milliseconds = [];

    public IReadOnlyCollection<double> All => _milliseconds;

    /// <summary>Measures a message where it is its turn; answers the receipt to await instead.</summary>
    public ValueTask<PublishReceipt>? Sample(long number, ValueTask<PublishReceipt> receipt) =>
        IsSample(number) ? new ValueTask<PublishReceipt>(MeasureAsync(receipt, Stopwatch.GetTimestamp())) : null;

    /// <summary>Whether it is a message's turn.</summary>
    public static bool IsSample(long number) => number % Every == 0;

    /// <summary>Measures from now until something is acknowledged.</summary>
    public async Task MeasureAsync(Task acknowledged)
    {
        var began = Stopwatch.GetTimestamp();
        await acknowledged;
        _milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private async Task<PublishReceipt> MeasureAsync(ValueTask<PublishReceipt> receipt, long began)
    {
        var received = await receipt;
        _milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        return received;
    }
}
