using System.CommandLine.Parsing;
using System.Globalization;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Text;

/// <summary>How places in a topic are typed: <c>earliest</c>, <c>latest</c>, an offset or a time.</summary>
internal static class Places
{
    /// <summary>Reads where a group begins: earliest, latest, or a time.</summary>
    public static OffsetQuery? ReadStart(ArgumentResult argument)
    {
        switch (argument.Tokens[0].Value)
        {
            case "earliest":
                return new OffsetQuery.Earliest();
            case "latest":
                return new OffsetQuery.Latest();
            default:
                return Quantities.ReadMoment(argument) is { } time ? new OffsetQuery.AtTime(new Timestamp(time.ToUnixTimeMilliseconds())) : null;
        }
    }

    /// <summary>Reads where a group is moved to: earliest, latest, <c>offset:N</c> or <c>time:ISO8601</c>.</summary>
    public static StartAt? ReadTarget(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        var place = text switch
        {
            "earliest" => StartAt.Earliest,
            "latest" => StartAt.End,
            _ when After(text, "offset:") is { } number && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) => StartAt.Offset(new Offset(offset)),
            _ when After(text, "time:") is { } moment && DateTimeOffset.TryParse(moment, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => StartAt.Time(time),
            _ => null,
        };
        if (place is null)
        {
            argument.AddError(Refusal.OfText("--to", text, "earliest, latest, offset:N or time:ISO8601").ToString());
        }

        return place;
    }

    private static string? After(string text, string start) => text.StartsWith(start, StringComparison.Ordinal) ? text[start.Length..] : null;
}
