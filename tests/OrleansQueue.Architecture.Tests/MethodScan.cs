using System.Text;
using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>Where a method, constructor, operator or accessor begins, and its lines from signature to closing brace.</summary>
internal readonly record struct MethodSpan(int FirstLine, int Lines);

/// <summary>Finds methods by braces. Local functions and lambdas count within the method that holds them.</summary>
internal sealed partial class MethodScan
{
    private readonly string _code;
    private readonly List<MethodSpan> _found = [];

    private MethodScan(string code) => _code = code;

    public static IReadOnlyList<MethodSpan> Of(string text)
    {
        MethodScan scan = new(CSharpText.CodeOf(text));
        scan.Members(0, scan._code.Length);
        return scan._found;
    }

    private void Members(int at, int end)
    {
        while (at < end)
        {
            // Attributes stand above a signature and are no part of it.
            at = _code[at] switch
            {
                '[' => Close(at) + 1,
                _ when char.IsWhiteSpace(_code[at]) => at + 1,
                _ => Member(at, end),
            };
        }
    }

    private int Member(int start, int end)
    {
        StringBuilder header = new();
        bool isValue = false;
        bool isExpressionBody = false;
        for (int at = start; at < end; at++)
        {
            char here = _code[at];
            if (here == ';')
            {
                return isExpressionBody ? Add(start, at) : at + 1;
            }

            if (here == '{' && !isValue && !isExpressionBody)
            {
                return Block(start, at, header.ToString());
            }

            if (here is '(' or '[' or '{')
            {
                at = Close(at);
                header.Append("()");
                continue;
            }

            bool isArrow = here == '=' && at + 1 < end && _code[at + 1] == '>';
            isExpressionBody |= isArrow && !isValue;
            isValue |= here == '=' && !isArrow && !isExpressionBody && !OperatorWord().IsMatch(header.ToString());
            header.Append(here);
        }

        return end;
    }

    private int Block(int start, int open, string header)
    {
        int close = Close(open);
        if (!TypeWord().IsMatch(Constraints().Replace(header, "")) && !FirstAccessor().IsMatch(_code, open + 1))
        {
            return Add(start, close);
        }

        Members(open + 1, close);
        return close + 1;
    }

    private int Add(int start, int last)
    {
        int first = _code.AsSpan(0, start).Count('\n') + 1;
        _found.Add(new MethodSpan(first, _code.AsSpan(start, last - start).Count('\n') + 1));
        return last + 1;
    }

    private int Close(int open)
    {
        int depth = 0;
        for (int at = open; at < _code.Length; at++)
        {
            depth += _code[at] switch { '(' or '[' or '{' => 1, ')' or ']' or '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return at;
            }
        }

        return _code.Length - 1;
    }

    [GeneratedRegex(@"\boperator\b")]
    private static partial Regex OperatorWord();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record|namespace|extension)\b")]
    private static partial Regex TypeWord();

    // `where T : class` makes no class.
    [GeneratedRegex(@"\bwhere\b.*", RegexOptions.Singleline)]
    private static partial Regex Constraints();

    [GeneratedRegex(@"\G\s*(\[[^\]]*\]\s*)*((private|protected|internal|readonly)\s+)*(get|set|init|add|remove)\s*(;|\{|=>)")]
    private static partial Regex FirstAccessor();
}
