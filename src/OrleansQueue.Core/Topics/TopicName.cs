namespace OrleansQueue.Topics;

/// <summary>Which names topics may have: Kafka's rule, so that a name is safe in a path, an address and a log line.</summary>
public static class TopicName
{
    /// <summary>The longest name.</summary>
    public const int MaxLength = 249;

    /// <summary>Names that begin so are the broker's own.</summary>
    public const string ReservedPrefix = "__";

    private const string Limit = "1 to 249 of A-Z, a-z, 0-9, '.', '_' and '-', but not '.' or '..'";

    /// <summary>What is wrong with a name, or null.</summary>
    public static Refusal? Check(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength || name is "." or "..")
        {
            return Refusal.OfText("topic name", name ?? "", Limit);
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return Refusal.OfText("topic name", name, Limit);
            }
        }

        return null;
    }

    /// <summary>What is wrong with a name that an application gives a topic of its own, or null.</summary>
    public static Refusal? CheckOwn(string? name) => Check(name) ?? (name!.StartsWith(ReservedPrefix, StringComparison.Ordinal)
        ? Refusal.OfText("topic name", name, $"one that does not begin with {ReservedPrefix}, which are the broker's own")
        : null);

    /// <summary>What is wrong with the name of a topic of the broker's own, or null.</summary>
    internal static Refusal? CheckReserved(string name) => Check(name) ?? (name.StartsWith(ReservedPrefix, StringComparison.Ordinal)
        ? null
        : Refusal.OfText("topic name", name, $"one that begins with {ReservedPrefix}, as the broker's own do"));
}
