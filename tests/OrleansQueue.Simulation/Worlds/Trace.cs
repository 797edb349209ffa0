using System.Globalization;

namespace OrleansQueue.Simulation.Worlds;

/// <summary>
/// What happened, in order. All of it goes into a hash, which two runs of one seed must share; the text is kept only where
/// somebody wants to read it.
/// </summary>
internal sealed class Trace(bool keepsText)
{
    private readonly List<string> _lines = [];

    /// <summary>The hash of everything noted so far.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public IReadOnlyList<string> Lines => _lines;

    public void Mix(long number)
    {
        Hash = (Hash ^ (ulong)number) * 0x100000001B3;
        Hash ^= Hash >> 29;
    }

    public void Note(long now, string who, string what)
    {
        Mix(now);
        Mix(who);
        Mix(what);
        if (keepsText)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{now / (double)TimeSpan.TicksPerSecond,10:F4} {who,-14} {what}"));
        }
    }

    private void Mix(string text)
    {
        foreach (var character in text)
        {
            Hash = (Hash ^ character) * 0x100000001B3;
        }
    }
}
