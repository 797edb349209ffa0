namespace OrleansQueue;

/// <summary>
/// The name of a log in a store. It becomes a folder or blob name, so it holds only what every file system and blob store
/// takes and cannot lead out of the store: 1 to 100 of <c>a-z 0-9 -</c>, beginning with a letter.
/// </summary>
public readonly record struct LogId
{
    private const int MaxLength = 100;

    private readonly string? _name;

    private LogId(string name) => _name = name;

    /// <summary>The name.</summary>
    public string Name => _name ?? throw new InvalidOperationException("This LogId was never given a name.");

    /// <summary>The log of a topic's partition.</summary>
    public static LogId ForPartition(TopicId topic, Partition partition) => new($"p-{topic}-{partition.Number:D5}");

    /// <summary>A log by name, or a <see cref="FormatException"/> that says which names are allowed.</summary>
    public static LogId Parse(string name) => TryParse(name, out var log)
        ? log
        : throw new FormatException(
            Refusal.OfText("log name", name, $"1 to {MaxLength} of a-z, 0-9 and -, beginning with a letter").ToString());

    /// <summary>A log by name; false where the name is not allowed.</summary>
    public static bool TryParse(string? name, out LogId log)
    {
        log = default;
        if (name is null || name.Length is 0 or > MaxLength || !char.IsAsciiLetterLower(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        log = new LogId(name);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _name ?? "";
}
