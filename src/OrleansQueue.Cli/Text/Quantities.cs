using System.CommandLine.Parsing;
using System.Globalization;

namespace OrleansQueue.Cli.Text;

/// <summary>A limit, or none.</summary>
internal readonly record struct Limit<T>(T? Value)
    where T : struct;

/// <summary>How durations and sizes are typed: <c>30s</c>, <c>15m</c>, <c>7d</c>; <c>64KiB</c>, <c>10MB</c>.</summary>
internal static class Quantities
{
    private static readonly (string Unit, double Seconds)[] Times = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];

    private static readonly (string Unit, long Bytes)[] Sizes =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1), ("", 1),
    ];

    public static TimeSpan? TryParseTime(string text)
    {
        foreach (var (unit, seconds) in Times)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && TryParseNumber(text[..^unit.Length]) is { } number && number * seconds < TimeSpan.MaxValue.TotalSeconds)
            {
                return TimeSpan.FromSeconds(number * seconds);
            }
        }

        return null;
    }

    public static long? TryParseSize(string text)
    {
        foreach (var (unit, bytes) in Sizes)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) && TryParseNumber(text[..^unit.Length]) is { } number && number * bytes < long.MaxValue)
            {
                return (long)(number * bytes);
            }
        }

        return null;
    }

    /// <summary>Reads an option that is a duration.</summary>
    public static TimeSpan? ReadTime(ArgumentResult argument) => TryParseTime(argument.Tokens[0].Value)
        ?? Refuse<TimeSpan>(argument, "a duration as 30s, 15m or 7d");

    /// <summary>Reads an option that is a size.</summary>
    public static long? ReadSize(ArgumentResult argument) => TryParseSize(argument.Tokens[0].Value) ?? Refuse<long>(argument, "a size as 64KiB or 10MB");

    /// <summary>Reads an option that is a duration or <c>none</c>.</summary>
    public static Limit<TimeSpan>? ReadTimeOrNone(ArgumentResult argument) => ReadOrNone(argument, TryParseTime, "a duration as 30s, 15m or 7d, or none");

    /// <summary>Reads an option that is a size or <c>none</c>.</summary>
    public static Limit<long>? ReadSizeOrNone(ArgumentResult argument) => ReadOrNone(argument, TryParseSize, "a size as 64KiB or 10MB, or none");

    /// <summary>Reads an option that is a point in time.</summary>
    public static DateTimeOffset? ReadMoment(ArgumentResult argument) =>
        DateTimeOffset.TryParse(argument.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : Refuse<DateTimeOffset>(argument, "a time in ISO 8601, as 2026-01-31T12:00:00Z");

    private static Limit<T>? ReadOrNone<T>(ArgumentResult argument, Func<string, T?> tryParse, string allowed)
        where T : struct
    {
        var text = argument.Tokens[0].Value;
        return text == "none" ? new Limit<T>(null)
            : tryParse(text) is { } value ? new Limit<T>(value)
            : Refuse<Limit<T>>(argument, allowed);
    }

    private static T? Refuse<T>(ArgumentResult argument, string allowed)
        where T : struct
    {
        var option = (argument.Parent as OptionResult)?.Option.Name ?? argument.Argument.Name;
        argument.AddError(Refusal.OfText(option, argument.Tokens[0].Value, allowed).ToString());
        return null;
    }

    private static double? TryParseNumber(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
}
