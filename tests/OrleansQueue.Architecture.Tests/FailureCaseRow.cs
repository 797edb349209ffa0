using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>A row of the page of failure cases.</summary>
/// <param name="Table">The heading that its table stands under.</param>
/// <param name="Number">The case's number in that table.</param>
/// <param name="Cells">What stands behind the number: the case, what happens here, and what tries it.</param>
internal sealed partial record FailureCaseRow(string Table, int Number, IReadOnlyList<string> Cells)
{
    /// <summary>The names in the last cell that stand in backquotes.</summary>
    public IEnumerable<string> Tests => Name().Matches(Cells[^1]).Select(match => match.Groups["name"].Value);

    /// <summary>The parts that the last cell says the case waits for.</summary>
    public IEnumerable<string> Parts => Waiting().Matches(Cells[^1]).Select(match => match.Groups["part"].Value);

    /// <summary>Whether the last cell says why the case cannot happen here.</summary>
    public bool HasReason => Reason().IsMatch(Cells[^1]);

    /// <summary>The rows of a page, in its order.</summary>
    public static IEnumerable<FailureCaseRow> Parse(string page)
    {
        string table = "";
        foreach (string line in page.Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                table = line[3..].Trim();
            }
            else if (Numbered().Match(line) is { Success: true } row)
            {
                string[] cells = [.. row.Groups["cells"].Value.Split('|').Select(cell => cell.Trim())];
                yield return new FailureCaseRow(table, int.Parse(row.Groups["number"].Value, null), cells);
            }
        }
    }

    [GeneratedRegex(@"^\|\s*(?<number>\d+)\s*\|(?<cells>.*)\|\s*$")]
    private static partial Regex Numbered();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b[Ww]aits? for \*\*(?<part>[^*]+)\*\*")]
    private static partial Regex Waiting();

    [GeneratedRegex(@"\bDoes not apply: \w")]
    private static partial Regex Reason();
}
