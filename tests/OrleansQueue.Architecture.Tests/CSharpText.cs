namespace OrleansQueue.Architecture.Tests;

/// <summary>Blanks out what is not code (comments, strings, characters, directives) and leaves every line where it is.</summary>
internal sealed class CSharpText
{
    private readonly string _text;
    private readonly char[] _masked;

    private CSharpText(string text)
    {
        _text = text;
        _masked = text.ToCharArray();
    }

    public static string CodeOf(string text)
    {
        CSharpText scan = new(text);
        scan.Code(0, inHole: false);
        return new string(scan._masked);
    }

    // Returns where the code ends: at the end of the text, or at the brace that closes the hole of an interpolated string.
    private int Code(int at, bool inHole)
    {
        int depth = 0;
        while (at < _text.Length)
        {
            depth += _text[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (inHole && depth < 0)
            {
                return at;
            }

            at = Token(at);
        }

        return at;
    }

    private int Token(int at)
    {
        switch (_text[at])
        {
            case '/' when At(at + 1) == '/':
            case '#' when _text.AsSpan(0, at)[(_text.AsSpan(0, at).LastIndexOf('\n') + 1)..].IsWhiteSpace():
                return Blank(at, After(at, "\n"));
            case '/' when At(at + 1) == '*':
                return Blank(at, After(at + 2, "*/"));
            case '\'':
                return Blank(at, Quoted(at, '\'', verbatim: false, interpolated: false));
            case '"' or '$' or '@':
                int quote = at;
                while (At(quote) is '$' or '@')
                {
                    quote++;
                }

                return At(quote) == '"' ? Blank(at, Literal(quote, _text[at..quote])) : quote;
            default:
                return at + 1;
        }
    }

    private int Literal(int quote, string prefix)
    {
        bool verbatim = prefix.Contains('@');
        int quotes = QuotesAt(quote);
        if (verbatim || quotes < 3)
        {
            return Quoted(quote, '"', verbatim, prefix.Contains('$'));
        }

        // A raw string ends at the next run of as many quotes.
        int at = quote + quotes;
        while (at < _text.Length && QuotesAt(at) < quotes)
        {
            at += Math.Max(1, QuotesAt(at));
        }

        return Math.Min(_text.Length, at + QuotesAt(at));
    }

    private int Quoted(int at, char mark, bool verbatim, bool interpolated)
    {
        for (at++; at < _text.Length; at++)
        {
            char here = _text[at];
            bool doubled = At(at + 1) == here;
            if (here == '\\' && !verbatim || here == mark && verbatim && doubled || here == '{' && interpolated && doubled)
            {
                at++;
            }
            else if (here == '{' && interpolated)
            {
                at = Code(at + 1, inHole: true);
            }
            else if (here == mark)
            {
                return at + 1;
            }
        }

        return _text.Length;
    }

    private char At(int at) => at < _text.Length ? _text[at] : '\0';

    private int QuotesAt(int at)
    {
        int end = at;
        while (At(end) == '"')
        {
            end++;
        }

        return end - at;
    }

    private int After(int at, string end)
    {
        int found = _text.IndexOf(end, Math.Min(at, _text.Length), StringComparison.Ordinal);
        return found < 0 ? _text.Length : found + end.Length;
    }

    private int Blank(int from, int to)
    {
        foreach (ref char here in _masked.AsSpan(from, to - from))
        {
            here = here == '\n' ? '\n' : ' ';
        }

        return to;
    }
}
