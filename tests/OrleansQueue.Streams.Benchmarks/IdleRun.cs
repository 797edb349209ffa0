using System.Globalization;

namespace OrleansQueue.Streams.Benchmarks;

/// <summary>
/// What many streams with a subscriber each cost when nothing happens in them: one event was published to each and was delivered. The memory counts
/// what Orleans itself keeps of a stream and of its subscriber.
/// </summary>
internal static class IdleRun
{
    private const int AtOnce = 1_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var streams = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var partitions = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 16;
        await using var silo = await BenchSilo.StartAsync(partitions, onFiles: false);
        foreach (var provider in new[] { BenchSilo.InMemory, BenchSilo.Ours })
        {
            await PublishAsync(silo, provider, 0, AtOnce);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var delivered = Counting.Until(streams);
            for (var first = AtOnce; first < AtOnce + streams; first += AtOnce)
            {
                await PublishAsync(silo, provider, first, AtOnce);
            }

            await delivered;
            var after = GC.GetTotalMemory(forceFullCollection: true);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{provider,-8} {(after - before) / (double)streams,8:N0} bytes for each of {streams:N0} idle streams on {partitions} partitions, subscriber grain and all of Orleans included"));
        }

        return 0;
    }

    private static Task PublishAsync(BenchSilo silo, string provider, int first, int count) =>
        Task.WhenAll(Enumerable.Range(first, count).Select(number => silo.StreamOf(provider, number).OnNextAsync([1])));
}
