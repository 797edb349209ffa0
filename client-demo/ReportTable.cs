using System.Globalization;
using OrleansQueue.ClientDemo.Scenarios;
using Spectre.Console;

namespace OrleansQueue.ClientDemo;

/// <summary>What became of the scenarios, as a table.</summary>
internal static class ReportTable
{
    public static void Print(IEnumerable<ScenarioReport> reports)
    {
        var table = new Table().AddColumns("scenario", "published", "processed", "retried", "dead-lettered", "seconds", "check");
        foreach (var report in reports)
        {
            table.AddRow(
                report.Scenario,
                Text(report.Published),
                Text(report.Processed),
                Text(report.Retried),
                Text(report.DeadLettered),
                report.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
                Markup.Escape(report.Problem ?? "ok"));
        }

        AnsiConsole.Write(table);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
