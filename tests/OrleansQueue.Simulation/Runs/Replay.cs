using System.Globalization;

namespace OrleansQueue.Simulation.Runs;

/// <summary>Runs single plans on a thread of their own, which has no synchronization context to come back to.</summary>
internal static class Replay
{
    private const int LinesShown = 200;

    public static Task<Outcome> RunAsync(Plan plan, bool keepsText = false) => OnThreadAsync(() => SimulatedRun.Run(plan, keepsText));

    /// <summary>Makes a failure smaller and tells it: what is left of the plan, and the end of the trace.</summary>
    public static async Task<string> ExplainAsync(Outcome failed)
    {
        var shrunk = await OnThreadAsync(() => Shrinker.Shrink(failed));
        var told = await RunAsync(shrunk.Plan, keepsText: true);
        var until = told.Trace.ToList().FindIndex(line => line.Contains(" FOUND ", StringComparison.Ordinal));
        var lines = told.Trace.Take(until < 0 ? told.Trace.Count : until + 1).TakeLast(LinesShown);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The least that fails like it: {told.Plan}\n{string.Join('\n', told.Problems)}\n{string.Join('\n', lines)}\nReplay it whole: --seed {failed.Plan.Seed}");
    }

    private static Task<T> OnThreadAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                // A fault of the simulation itself belongs to whoever asked for the run.
                done.SetException(error);
            }
        });
        thread.Start();
        return done.Task;
    }
}
