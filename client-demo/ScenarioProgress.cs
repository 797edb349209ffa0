using System.Diagnostics;
using OrleansQueue.ClientDemo.Hosting;
using OrleansQueue.ClientDemo.Scenarios;
using Spectre.Console;

namespace OrleansQueue.ClientDemo;

/// <summary>Shows how far a scenario is.</summary>
internal static class ScenarioProgress
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public static Task<ScenarioReport> RunAsync(IScenario scenario, Demo demo, CancellationToken cancellationToken) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(async context =>
        {
            var bar = context.AddTask(scenario.Name, maxValue: scenario.StepsOf(demo.Messages));

            // A scenario that hangs is one that failed, and whoever started it is to be told.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Longest);
            var clock = Stopwatch.StartNew();
            try
            {
                var report = await scenario.RunAsync(demo, () => bar.Increment(1), limit.Token);
                bar.Value = bar.MaxValue;
                return report;
            }
            catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
            {
                // The other scenarios have rows of their own, and so has this one.
                var reason = limit.IsCancellationRequested ? $"not done within {Longest.TotalMinutes} minutes" : problem.Message.ReplaceLineEndings(" ");
                return new ScenarioReport(scenario.Name, 0, 0, 0, 0, clock.Elapsed, reason);
            }
        });
}
