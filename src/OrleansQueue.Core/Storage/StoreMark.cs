namespace OrleansQueue.Storage;

/// <summary>What names a store, in the file or blob <c>store</c>: two lines, drawn in docs/formats/store.md.</summary>
/// <param name="Id">The store.</param>
/// <param name="CreatedAt">The level of the formats that it was created at.</param>
internal sealed record StoreMark(StoreId Id, FormatLevel CreatedAt)
{
    private const string Title = "OrleansQueue store, format ";

    /// <summary>What the first line should be, for people.</summary>
    public static string Expected => $"{Title}{FormatLevel.First}";

    /// <summary>The two lines.</summary>
    public string Write() => $"{Title}{CreatedAt}\n{Id}\n";

    /// <summary>Reads the lines; null where they name no store.</summary>
    public static StoreMark? TryRead(string text)
    {
        var lines = text.Split('\n');
        return lines.Length >= 2 && lines[0].StartsWith(Title, StringComparison.Ordinal)
            && int.TryParse(lines[0].AsSpan(Title.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var level) && level > 0
            && Guid.TryParseExact(lines[1], "N", out var id)
            ? new StoreMark(new StoreId(id), new FormatLevel(level))
            : null;
    }
}
