using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Bench;

/// <summary>What a benchmark found, printed as one JSON object.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Options">With what.</param>
/// <param name="Durability">The durability that the topic has.</param>
/// <param name="Elapsed">How long the counted messages took.</param>
/// <param name="Latencies">Milliseconds that some of them took.</param>
/// <param name="Problem">What was not found as it had to be; null where everything was.</param>
internal sealed record BenchReport(string Work, BenchOptions Options, Durability Durability, TimeSpan Elapsed, IReadOnlyCollection<double> Latencies, string? Problem)
{
    /// <summary>Seconds before the count begins: the first cold pass says nothing of a system that runs.</summary>
    public const int WarmUpSeconds = 2;

    public int Print()
    {
        var sorted = Latencies.Order().ToArray();
        using var output = Console.OpenStandardOutput();
        using var lines = new JsonLines(output);
        lines.Write(line =>
        {
            line.WriteString("work", Work);
            line.WriteNumber("messages", Options.Messages);
            line.WriteNumber("size", Options.Size);
            line.WriteNumber("seconds", Math.Round(Elapsed.TotalSeconds, 3));
            line.WriteNumber("per_second", Math.Round(Options.Messages / Elapsed.TotalSeconds));
            line.WriteNumber("mb_per_second", Math.Round(Options.Messages * (double)Options.Size / Elapsed.TotalSeconds / 1e6, 1));
            line.WriteNumber("p50_ms", At(sorted, 0.5));
            line.WriteNumber("p99_ms", At(sorted, 0.99));
            line.WriteNumber("max_ms", At(sorted, 1));
            line.WriteString("durability", Words.Of(Durability));
            line.WriteNumber("warmup_s", WarmUpSeconds);
            line.WriteBoolean("verified", Problem is null);
            if (Work == QueueBench.Work)
            {
                line.WriteNumber("prefetch", Options.Queue.Prefetch);
                line.WriteNumber("keys", Options.Queue.Keys);
            }
        });
        if (Problem is null)
        {
            return ExitCode.Done;
        }

        Console.Error.WriteLine(Problem);
        return ExitCode.Failed;
    }

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : Math.Round(sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)], 3);
}
