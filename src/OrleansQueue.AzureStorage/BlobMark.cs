using System.Globalization;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage;

/// <summary>
/// What the metadata of a blob of a log says. It is set when the blob is created and never changed. Written as decimal numbers under the
/// names in brackets; docs/formats/azure.md draws it.
/// </summary>
/// <param name="Store">The store (<c>store</c>).</param>
/// <param name="Epoch">The epoch of the owner that made the blob and is the only one to append to it (<c>epoch</c>).</param>
/// <param name="Writer">Which opening made it (<c>writer</c>): by this it is known again where the answer to its creation was lost.</param>
/// <param name="Origin">The number of the log's first blob since the log was last deleted (<c>origin</c>).</param>
/// <param name="Segment">The segment that its bytes belong to (<c>segment</c>); null where the log has none yet.</param>
/// <param name="Position">Where in that segment its bytes begin (<c>position</c>).</param>
/// <param name="Start">The first segment that is not deleted (<c>start</c>).</param>
/// <param name="IsDeletion">Whether the log ends here, because it was deleted (<c>deleted</c>).</param>
/// <param name="Level">The level of the formats that the blob and what is in it may have (<c>format</c>).</param>
internal sealed record BlobMark(
    StoreId Store, Epoch Epoch, Guid Writer, long Origin, Offset? Segment, long Position, Offset Start, bool IsDeletion, FormatLevel Level)
{
    public IDictionary<string, string> Write()
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = TextOf(Level.Value),
            ["store"] = Store.ToString(),
            ["epoch"] = TextOf(Epoch.Value),
            ["writer"] = Writer.ToString("N"),
            ["origin"] = TextOf(Origin),
            ["position"] = TextOf(Position),
            ["start"] = TextOf(Start.Value),
            ["deleted"] = IsDeletion ? "1" : "0",
        };
        if (Segment is { } segment)
        {
            metadata["segment"] = TextOf(segment.Value);
        }

        return metadata;
    }

    /// <summary>Reads what a blob's metadata says.</summary>
    /// <exception cref="InvalidDataException">It lacks something.</exception>
    /// <exception cref="FormatLevelException">This version does not know its level.</exception>
    public static BlobMark Read(string blob, IDictionary<string, string> metadata, FormatLevels levels)
    {
        long Number(string name) => metadata.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidDataException($"Blob {blob} is no part of a log: its metadata '{name}' is '{metadata.GetOr(name)}', and a number is expected.");

        Guid Id(string name) => Guid.TryParseExact(metadata.GetOr(name), "N", out var id)
            ? id
            : throw new InvalidDataException($"Blob {blob} is no part of a log: its metadata '{name}' is '{metadata.GetOr(name)}', and an id of 32 hexadecimal digits is expected.");

        // First of all, as all else may be otherwise at another level.
        var level = new FormatLevel((int)Math.Min(int.MaxValue, Number("format")));
        levels.Check($"Blob {blob}", level);
        return new BlobMark(
            new StoreId(Id("store")),
            new Epoch((int)Number("epoch")),
            Id("writer"),
            Number("origin"),
            metadata.ContainsKey("segment") ? new Offset(Number("segment")) : null,
            Number("position"),
            new Offset(Number("start")),
            Number("deleted") != 0,
            level);
    }

    private static string TextOf(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Reads metadata that may lack a name.</summary>
internal static class MetadataReading
{
    public static string GetOr(this IDictionary<string, string> metadata, string name) => metadata.TryGetValue(name, out var value) ? value : "";
}
