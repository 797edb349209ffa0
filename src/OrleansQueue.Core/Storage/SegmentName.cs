using System.Globalization;

namespace OrleansQueue.Storage;

/// <summary>The names that a segment and its sidecars have in a folder or container.</summary>
internal static class SegmentName
{
    public const string LogSuffix = ".log";

    /// <summary>The first offset in 20 digits, so that names sort as offsets do.</summary>
    public static string Of(Offset firstOffset) => firstOffset.Value.ToString("D20", CultureInfo.InvariantCulture);

    public static string OfLog(Offset firstOffset) => Of(firstOffset) + LogSuffix;

    public static string OfSidecar(Offset firstOffset, Sidecar kind) => Of(firstOffset) + kind switch
    {
        Sidecar.OffsetIndex => ".index",
        Sidecar.TimeIndex => ".timeindex",
        Sidecar.State => ".state",
        Sidecar.Checkpoint => ".checkpoint",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such sidecar."),
    };

    /// <summary>The first offset of the segment with that file name, or null where it is no segment's.</summary>
    public static Offset? Parse(string fileName) =>
        fileName.Length == 20 + LogSuffix.Length && fileName.EndsWith(LogSuffix, StringComparison.Ordinal)
        && long.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? new Offset(offset)
            : null;
}
