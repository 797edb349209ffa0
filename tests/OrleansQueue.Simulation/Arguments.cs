using System.Globalization;

namespace OrleansQueue.Simulation;

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    public const string Usage =
        """
        --seeds <n> [--from <seed>] [--minutes <n>] [--no-shrink]   runs n seeds, by default from 1 on
        --minutes <n>                                               runs seeds for so long
        --seed <seed>                                               replays one, with its trace
        --mutations [<name>]                                        breaks the code on purpose and shows that seeds find it
        """;

    public int Seeds { get; private init; } = int.MaxValue;

    public int From { get; private init; } = 1;

    public TimeSpan? Longest { get; private init; }

    public int? Seed { get; private init; }

    /// <summary>Whether a failure is told as it is and not made smaller.</summary>
    public bool KeepsLength { get; private init; }

    public bool Mutations { get; private init; }

    /// <summary>The one mutation to run; null for all of them.</summary>
    public string? Only { get; private init; }

    /// <summary>Null where the arguments make no sense.</summary>
    public static Arguments? Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments();
        for (var i = 0; i < args.Count; i++)
        {
            var next = i + 1 < args.Count ? args[i + 1] : null;
            var number = int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
            switch (args[i])
            {
                case "--seeds" when number is { } seeds:
                    (parsed, i) = (parsed with { Seeds = seeds }, i + 1);
                    break;
                case "--from" when number is { } from:
                    (parsed, i) = (parsed with { From = from }, i + 1);
                    break;
                case "--minutes" when number is { } minutes:
                    (parsed, i) = (parsed with { Longest = TimeSpan.FromMinutes(minutes) }, i + 1);
                    break;
                case "--seed" when number is { } seed:
                    (parsed, i) = (parsed with { Seed = seed }, i + 1);
                    break;
                case "--no-shrink":
                    parsed = parsed with { KeepsLength = true };
                    break;
                case "--mutations":
                    (parsed, i) = (parsed with { Mutations = true, Only = next }, args.Count);
                    break;
                default:
                    return null;
            }
        }

        return parsed.Mutations || parsed.Seed is not null || parsed.Seeds != int.MaxValue || parsed.Longest is not null ? parsed : null;
    }
}
