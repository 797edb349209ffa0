using System.Diagnostics;
using System.Globalization;

namespace OrleansQueue.Streams.Benchmarks;

/// <summary>
/// How many events a second one silo takes and pushes to subscriber grains, one subscriber for each stream: streams of ours, and Orleans' own in
/// memory, one after the other with the same code. Each warms up first with a tenth of the events.
/// </summary>
internal static class RateRun
{
    private const int Partitions = 4;
    private const int PerCall = 50;
    private const int CallsAtOnce = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        var events = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        var streams = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100;
        var bytes = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1024;
        var onFiles = args.Length > 3 && args[3] == "files";
        await using var silo = await BenchSilo.StartAsync(Partitions, onFiles);
        foreach (var provider in new[] { BenchSilo.InMemory, BenchSilo.Ours, BenchSilo.InMemory, BenchSilo.Ours })
        {
            await MeasureAsync(silo, provider, events / 10, streams, bytes);
            var rate = await MeasureAsync(silo, provider, events, streams, bytes);
            var durability = provider == BenchSilo.InMemory ? "memory, not durable" : onFiles ? "files, fsync" : "memory";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{provider,-8} {rate,10:N0} events/s of {bytes} B, {streams} streams, {durability}"));
        }

        return 0;
    }

    private static async Task<double> MeasureAsync(BenchSilo silo, string provider, int events, int streams, int bytes)
    {
        // Each event of a call has bytes of its own: Orleans writes an object that comes again only once.
        var payloads = Enumerable.Range(0, PerCall).Select(_ =>
        {
            var payload = new byte[bytes];
            Random.Shared.NextBytes(payload);
            return payload;
        }).ToList();
        var each = events / streams / PerCall * PerCall;
        var delivered = Counting.Until((long)each * streams);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, streams).Select(async number =>
        {
            var stream = silo.StreamOf(provider, number);
            var calls = new Queue<Task>();
            for (var sent = 0; sent < each; sent += PerCall)
            {
                if (calls.Count == CallsAtOnce)
                {
                    await calls.Dequeue();
                }

                calls.Enqueue(stream.OnNextBatchAsync(payloads));
            }

            await Task.WhenAll(calls);
        }));
        await delivered;
        return (long)each * streams / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
