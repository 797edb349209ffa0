namespace OrleansQueue.Simulation.Worlds;

/// <summary>
/// Chance drawn from a seed, the same on every machine and in every version of .NET (SplitMix64). Each part of a world has dice
/// of its own, so that one part that draws more often does not change what the others draw.
/// </summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public Dice(int seed, string part)
        : this(Mix((ulong)(uint)seed, part))
    {
    }

    public ulong Draw()
    {
        _state += 0x9E3779B97F4A7C15;
        var drawn = _state;
        drawn = (drawn ^ (drawn >> 30)) * 0xBF58476D1CE4E5B9;
        drawn = (drawn ^ (drawn >> 27)) * 0x94D049BB133111EB;
        return drawn ^ (drawn >> 31);
    }

    /// <summary>A number from 0 up to, and not with, <paramref name="below"/>.</summary>
    public int Below(int below) => (int)(Draw() % (ulong)below);

    /// <summary>A number from one up to, and with, the other.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(double probability) => (Draw() >> 11) * (1.0 / (1UL << 53)) < probability;

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + new TimeSpan((long)(Draw() % (ulong)((most - least).Ticks + 1)));

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    public Guid Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, Draw());
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Draw());
        return new Guid(bytes);
    }

    private static ulong Mix(ulong seed, string part)
    {
        foreach (var character in part)
        {
            seed = (seed ^ character) * 0x100000001B3;
        }

        return new Dice(seed).Draw();
    }
}
