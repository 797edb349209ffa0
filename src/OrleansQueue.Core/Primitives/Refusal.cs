namespace OrleansQueue;

/// <summary>
/// Why bad input was turned away: nothing of it was stored and nobody else was disturbed. Text from outside is cut and its
/// control characters are replaced, so that it can be logged as it is.
/// </summary>
/// <param name="Field">The field that is wrong, as the documentation names it.</param>
/// <param name="Value">What it held.</param>
/// <param name="Limit">What would have been allowed.</param>
public sealed record Refusal(string Field, string Value, string Limit)
{
    private const int MaxValueLength = 100;

    /// <summary>A refusal that shows a number.</summary>
    public static Refusal Of(string field, long value, string limit) =>
        new(field, value.ToString(System.Globalization.CultureInfo.InvariantCulture), limit);

    /// <summary>A refusal that shows text from outside, made safe to print.</summary>
    public static Refusal OfText(string field, string value, string limit)
    {
        ArgumentNullException.ThrowIfNull(value);
        var cut = value.Length > MaxValueLength ? value[..MaxValueLength] + "..." : value;
        return new(field, string.Create(cut.Length, cut, Printable), limit);
    }

    /// <summary>One sentence that names field, value and limit.</summary>
    public override string ToString() => $"{Field} is {Value}; allowed is {Limit}.";

    private static void Printable(Span<char> to, string from)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
        }
    }
}
