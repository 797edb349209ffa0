using System.Globalization;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>The names of blobs: <c>logs/&lt;log&gt;/&lt;number, 10 digits&gt;.log</c>, and beside them the sidecars of segments.</summary>
internal static class BlobNames
{
    /// <summary>The blob that names the store.</summary>
    public const string Identity = "store";

    private const string Root = "logs/";
    private const int Digits = 10;

    /// <summary>What the names of all logs begin with.</summary>
    public static string AllLogs => Root;

    /// <summary>What the names of everything that belongs to a log begin with.</summary>
    public static string PrefixOf(LogId log) => $"{Root}{log.Name}/";

    /// <summary>The blob with that number.</summary>
    public static string OfBlob(LogId log, long number) => PrefixOf(log) + DigitsOf(number) + SegmentName.LogSuffix;

    /// <summary>A sidecar. The origin tells it from one of a log of the same name that was deleted.</summary>
    public static string OfSidecar(LogId log, long origin, Offset segment, Sidecar kind) => $"{PrefixOf(log)}{DigitsOf(origin)}-{SegmentName.OfSidecar(segment, kind)}";

    /// <summary>The log that a blob belongs to; false where it is none of a log.</summary>
    public static bool TryParseLog(string name, out LogId log)
    {
        var end = name.IndexOf('/', Root.Length);
        log = default;
        return end > 0 && LogId.TryParse(name[Root.Length..end], out log);
    }

    /// <summary>The number of a log's blob; null where it is a sidecar.</summary>
    public static long? NumberOf(string name) =>
        name.EndsWith(SegmentName.LogSuffix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(name.LastIndexOf('/') + 1)[..^SegmentName.LogSuffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>The origin and the segment of a sidecar; null where it is none.</summary>
    public static (long Origin, Offset Segment)? SidecarOf(string name)
    {
        var text = name.AsSpan(name.LastIndexOf('/') + 1);
        return text.Length > Digits + 21 && text[Digits] == '-'
            && long.TryParse(text[..Digits], NumberStyles.None, CultureInfo.InvariantCulture, out var origin)
            && long.TryParse(text.Slice(Digits + 1, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var segment)
                ? (origin, new Offset(segment))
                : null;
    }

    private static string DigitsOf(long number) => number.ToString("D10", CultureInfo.InvariantCulture);
}
