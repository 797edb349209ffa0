namespace OrleansQueue;

/// <summary>Something was written at a level of the formats that this version does not know. Nothing was changed.</summary>
public sealed class FormatLevelException : IOException
{
    private FormatLevelException(string message)
        : base(message)
    {
    }

    internal static FormatLevelException Of(string what, FormatLevel level, FormatRange known) => new(
        $"{what} is at format level {level}, and this version knows {known}. Run a {(level > known.Newest ? "later" : "earlier")} version here. Nothing was changed.");
}
