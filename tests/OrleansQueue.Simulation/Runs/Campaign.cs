using System.Diagnostics;

namespace OrleansQueue.Simulation.Runs;

/// <summary>Runs many seeds, some at once, each on a thread of its own with nothing shared, until the last or the first that fails.</summary>
internal sealed class Campaign(int from, int count, TimeSpan? longest, int threads)
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private int _taken;

    public Summary Summary { get; } = new();

    /// <summary>The failure of the lowest seed that was run and failed; null where none did.</summary>
    public Outcome? Failed { get; private set; }

    public TimeSpan Took => _watch.Elapsed;

    public Outcome? Run()
    {
        var running = Enumerable.Range(0, threads).Select(_ => new Thread(RunSeeds)).ToList();
        running.ForEach(thread => thread.Start());
        running.ForEach(thread => thread.Join());
        return Failed;
    }

    private void RunSeeds()
    {
        while (TakeSeed() is { } seed)
        {
            var outcome = SimulatedRun.Run(Plan.Of(seed));
            lock (_lock)
            {
                Summary.Add(outcome);
                if (!outcome.IsGood && (Failed is null || outcome.Plan.Seed < Failed.Plan.Seed))
                {
                    Failed = outcome;
                }
            }
        }
    }

    private int? TakeSeed()
    {
        lock (_lock)
        {
            return Failed is not null || _taken >= count || _watch.Elapsed > longest ? null : from + _taken++;
        }
    }
}
