using System.CommandLine.Parsing;

namespace OrleansQueue.Cli.Text;

/// <summary>How the values of an enumeration are typed and printed: <c>DropOldest</c> is <c>drop-oldest</c>.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => string.Concat(value.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    /// <summary>Reads an option that is one of the values.</summary>
    public static T? Read<T>(ArgumentResult argument)
        where T : struct, Enum
    {
        var text = argument.Tokens[0].Value;
        foreach (var value in Enum.GetValues<T>())
        {
            if (Of(value) == text)
            {
                return value;
            }
        }

        var option = (argument.Parent as OptionResult)?.Option.Name ?? argument.Argument.Name;
        argument.AddError(Refusal.OfText(option, text, string.Join(", ", Enum.GetValues<T>().Select(Of))).ToString());
        return null;
    }
}
