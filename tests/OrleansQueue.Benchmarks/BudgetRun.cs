using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OrleansQueue.Benchmarks;

/// <summary>Runs the benchmarks and holds what they allocate against their budgets, where they have one.</summary>
internal static class BudgetRun
{
    public static int Run(string[] args)
    {
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(MarkdownExporter.Console)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator);
        var summaries = BenchmarkSwitcher.FromTypes([typeof(BatchBenchmarks), typeof(LogBenchmarks), typeof(ClientBenchmarks)])
            .Run(args.Length == 0 ? ["--filter", "*"] : args, config);
        var reports = summaries.SelectMany(summary => summary.Reports).Select(IsWithinBudget).ToList();
        return reports.Count != 0 && reports.TrueForAll(within => within) ? 0 : 1;
    }

    private static bool IsWithinBudget(BenchmarkReport report)
    {
        var method = report.BenchmarkCase.Descriptor.WorkloadMethod;
        var allocated = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
        if (method.GetCustomAttributes(typeof(AllocationBudgetAttribute), false).OfType<AllocationBudgetAttribute>().SingleOrDefault() is not { } budget)
        {
            Console.WriteLine($"{(report.Success ? "       " : "FAILED ")}{method.Name,-24} {allocated,8} B for {BatchBenchmarks.Records} messages");
            return report.Success;
        }

        var within = report.Success && allocated <= budget.BytesPerBatch;
        Console.WriteLine($"{(within ? "within" : "OVER  ")} {method.Name,-24} {allocated,8} B a batch of {BatchBenchmarks.Records} records, budget {budget.BytesPerBatch} B, 0 B a record");
        return within;
    }
}

/// <summary>
/// What a benchmark may allocate for one batch, however many records it has: one byte a record would already break it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class AllocationBudgetAttribute(long bytesPerBatch) : Attribute
{
    public long BytesPerBatch => bytesPerBatch;
}
