using System.Globalization;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Faults;

namespace OrleansQueue.Simulation.Runs;

/// <summary>What many runs came to.</summary>
internal sealed class Summary
{
    private readonly Counts _counts = new();
    private readonly FaultCounts _faults = new();
    private TimeSpan _simulated;
    private int _seeds;

    public void Add(Outcome outcome)
    {
        _seeds++;
        _simulated += outcome.Simulated;
        _counts.Add(outcome.Counts);
        _faults.Add(outcome.Faults);
    }

    public string Text(TimeSpan took)
    {
        var culture = CultureInfo.InvariantCulture;
        var counts = string.Join(", ", _counts.All.Select(count => string.Create(culture, $"{count.Key} {count.Value:N0}")));
        var faults = string.Join(", ", Enum.GetValues<FaultKind>().Select(kind => string.Create(culture, $"{kind} {_faults[kind]:N0}")));
        return string.Create(culture, $"{_seeds:N0} seeds in {took.TotalSeconds:F1} s, {_simulated.TotalHours:F1} simulated hours.\nDone: {counts}.\nFaults: {faults}.");
    }
}
