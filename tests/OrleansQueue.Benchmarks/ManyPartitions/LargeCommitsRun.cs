using System.Globalization;

namespace OrleansQueue.Benchmarks.ManyPartitions;

/// <summary>
/// The measurement behind docs/decisions/0003: large commits through the system's page cache and around it, in turn, since what a
/// page costs differs from minute to minute with the memory that the system has at hand.
/// </summary>
internal static class LargeCommitsRun
{
    private const int Partitions = 4;
    private const int RecordBytes = 1_024;

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 6;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        var folder = Path.Combine(args.Length > 2 ? args[2] : Path.GetTempPath(), "oq-large-commits");
        foreach (var batchBytes in new[] { 64 << 10, 128 << 10, 256 << 10, 1 << 20 })
        {
            var runs = new Dictionary<bool, List<Run>> { [false] = [], [true] = [] };
            for (var round = 0; round < rounds; round++)
            {
                runs[false].Add(await MeasureAsync(folder, batchBytes, aroundCache: false, seconds));
                runs[true].Add(await MeasureAsync(folder, batchBytes, aroundCache: true, seconds));
            }

            Print("through the cache", batchBytes, runs[false]);
            Print("around the cache", batchBytes, runs[true]);
        }

        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task<Run> MeasureAsync(string folder, int batchBytes, bool aroundCache, int seconds)
    {
        await using var store = await ManyPartitionsRun.OpenAsync(folder, shared: 64 << 10, new SlowDisk(0), aroundCache);
        var commits = new LargeCommits(store, Partitions, batchBytes, RecordBytes);
        await commits.RunAsync(TimeSpan.FromSeconds(1));
        var before = Environment.CpuUsage.TotalTime;
        var rate = await commits.RunAsync(TimeSpan.FromSeconds(seconds));
        var gigabytes = rate * seconds * RecordBytes / 1e9;
        return new Run(rate, (Environment.CpuUsage.TotalTime - before).TotalSeconds / gigabytes);
    }

    private static void Print(string how, int batchBytes, List<Run> runs) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{batchBytes >> 10,5} KiB batches of 1 KB records, {how,-17}: {Median(runs, run => run.RecordsPerSecond):N0} records/s, {Median(runs, run => run.CpuPerGigabyte):F2} CPU-s/GB, medians of {runs.Count}; CPU-s/GB of each: {string.Join(' ', runs.Select(run => run.CpuPerGigabyte.ToString("F2", CultureInfo.InvariantCulture)))}"));

    private static double Median(List<Run> runs, Func<Run, double> of) => runs.Select(of).Order().ElementAt(runs.Count / 2);

    private readonly record struct Run(double RecordsPerSecond, double CpuPerGigabyte);
}
