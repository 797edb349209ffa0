using System.Globalization;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Benchmarks.ManyPartitions;

/// <summary>
/// The measurement behind docs/decisions/0002: a file for each partition against the shared write-ahead file, on a store held
/// to 1,000 syncs a second and on one as fast as it is.
/// </summary>
internal static class ManyPartitionsRun
{
    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 12;
        var folder = Path.Combine(args.Length > 1 ? args[1] : Path.GetTempPath(), "oq-many-partitions");
        foreach (var shared in new[] { 0, 64 << 10 })
        {
            Console.WriteLine(shared == 0 ? "a file for each partition" : $"commits up to {shared >> 10} KiB through the shared write-ahead file");
            await MeasureSmallAsync(folder, shared, syncsPerSecond: 1_000, seconds);
            await MeasureSmallAsync(folder, shared, syncsPerSecond: 0, seconds);
            foreach (var batch in new[] { 4 << 10, 16 << 10, 64 << 10, 256 << 10 })
            {
                await MeasureLargeAsync(folder, shared, batch, recordBytes: 1_024, seconds / 2);
            }

            await MeasureLargeAsync(folder, shared, 256 << 10, recordBytes: 100, seconds / 2);
        }

        return 0;
    }

    private static async Task MeasureSmallAsync(string folder, int shared, int syncsPerSecond, int seconds)
    {
        var disk = new SlowDisk(syncsPerSecond);
        await using var store = await OpenAsync(folder, shared, disk);
        var before = disk.Syncs;
        var latencies = await new SmallCommits(store, partitions: 500, perSecond: 20, journals: 50).RunAsync(TimeSpan.FromSeconds(seconds));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  500 x 20/s of 1 KB, 50 journals, {(syncsPerSecond == 0 ? "unthrottled" : $"{syncsPerSecond} syncs/s")}: p50 {At(latencies, 0.5):F2} ms, p99 {At(latencies, 0.99):F2} ms, max {latencies[^1]:F2} ms, {latencies.Length} messages, {(disk.Syncs - before) / seconds} syncs/s"));
    }

    private static async Task MeasureLargeAsync(string folder, int shared, int batchBytes, int recordBytes, int seconds)
    {
        await using var store = await OpenAsync(folder, shared, new SlowDisk(0));
        await new LargeCommits(store, 4, batchBytes, recordBytes).RunAsync(TimeSpan.FromSeconds(2));
        var rate = await new LargeCommits(store, 4, batchBytes, recordBytes).RunAsync(TimeSpan.FromSeconds(seconds));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  4 partitions, batches of {batchBytes >> 10} KiB of {recordBytes} B records, unthrottled: {rate:N0} records/s"));
    }

    private static double At(double[] sorted, double part) => sorted[(int)((sorted.Length - 1) * part)];

    public static async Task<FileLogStore> OpenAsync(string folder, int shared, SlowDisk disk, bool aroundCache = true)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        var options = new FileStoreOptions
        {
            Path = folder,
            NewId = new StoreId(Guid.NewGuid()),
            WriteAheadMaxCommitBytes = shared,
            WriteAroundPageCache = aroundCache,
        };
        return await FileLogStore.OpenAsync(options, disk, new DiskThreads("write", options.WriteThreads), new DiskThreads("read", options.ReadThreads));
    }
}
