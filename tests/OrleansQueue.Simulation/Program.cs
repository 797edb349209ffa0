using System.Globalization;
using OrleansQueue.Simulation.Runs;

var seed = int.Parse(args[0], CultureInfo.InvariantCulture);
var count = int.Parse(args[1], CultureInfo.InvariantCulture);
var watch = System.Diagnostics.Stopwatch.StartNew();
for (var s = seed; s < seed + count; s++)
{
    var outcome = SimulatedRun.Run(Plan.Of(s), keepsText: args.Length > 2);
    if (!outcome.IsGood)
    {
        Console.WriteLine($"seed {s} {(outcome.Plan.IsShared ? "shared" : "files")}: {outcome.Problems[0].Split('\n')[0]} ({outcome.Problems.Count})");
    }

    if (args.Length > 2)
    {
        Console.WriteLine(string.Join('\n', outcome.Trace));
        Console.WriteLine(outcome.Hash);
    }
}

Console.WriteLine(watch.Elapsed);
