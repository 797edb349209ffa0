using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>The page of failure cases has every case once, and what it names as a test is one.</summary>
public sealed partial class FailureCaseTests
{
    private const string Page = "docs/failure-cases.md";
    private const string Cases = "Failure cases";
    private const string Inputs = "Bad inputs";

    // Files beside the one with tests, for the test of the check.
    private static readonly string[] Others =
    [
        "internal static class NoTests { }",
        "namespace OrleansQueue.Simulation.Faults;\nenum FaultKind { Kill, PowerLoss }",
        "namespace OrleansQueue.SiloHost.Tests;\nenum FaultKind { Bounce }",
    ];

    private static readonly (string Table, int Count)[] Tables = [(Cases, 58), (Inputs, 36)];

    [Fact]
    public void Every_case_is_there_once_and_has_a_test_a_reason_or_a_part_that_it_waits_for() => Repository.Holds(
        Violations(Repository.Read(Page), Tables, new TestNames(
            Repository.CSharpFiles.Where(path => path.StartsWith("tests/", StringComparison.Ordinal)).Select(Repository.Read))));

    [Theory]
    [InlineData("| 1 | A | B | `GoodTests.A_test` |", 0)]
    [InlineData("| 1 | A | B | `GoodTests` and `Simulation: PowerLoss` |", 0)]
    [InlineData("| 1 | A | B | Does not apply: there is none. |", 0)]
    [InlineData("| 1 | A | B | Waits for **a part**. |", 0)]
    [InlineData("| 1 | A | B | `GoodTests.A_test`; the rest waits for **a part**. |", 0)]
    [InlineData("| 1 | A | B | `GoodTests.Another_test` |", 1)]
    [InlineData("| 1 | A | B | `GoodTests.Helper` |", 1)]
    [InlineData("| 1 | A | B | `GoodTests` and `GoneTests` |", 1)]
    [InlineData("| 1 | A | B | `Nested.A_test` |", 1)]
    [InlineData("| 1 | A | B | `NoTests` |", 1)]
    [InlineData("| 1 | A | B | `Simulation: Earthquake` |", 1)]
    [InlineData("| 1 | A | B | `Simulation: Bounce` |", 1)]
    [InlineData("| 1 | A | B | Waits for **another part**. |", 1)]
    [InlineData("| 1 | A | B | GoodTests.A_test |", 1)]
    [InlineData("| 1 | A | B |  |", 1)]
    [InlineData("| 1 | A |  | `GoodTests` |", 1)]
    [InlineData("| 1 | A | `GoodTests` |", 1)]
    [InlineData("| 1 | A | B | `GoodTests` |\n| 1 | C | D | `GoodTests` |", 1)]
    [InlineData("| 2 | A | B | `GoodTests` |", 2)]
    [InlineData("", 1)]
    public void A_row_that_says_nothing_or_names_what_is_not_there_is_found(string rows, int violations)
    {
        const string tests = """
            public sealed class GoodTests
            {
                [Fact]
                public async Task A_test() => await Helper();

                public static void Helper() { }

                private sealed class Nested { }
            }
            """;
        string page = $"## {Cases}\n\n{rows}\n\n## Parts\n\n- **a part**: something.\n";

        Assert.Equal(violations, Violations(page, [(Cases, 1)], new TestNames([tests, .. Others])).Count());
    }

    [Fact]
    public void Tables_are_counted_apart()
    {
        string page = $"## {Cases}\n| 1 | A | B | `T` |\n## {Inputs}\n| 1 | A | B | `T` |\n";

        Assert.Empty(Violations(page, [(Cases, 1), (Inputs, 1)], new TestNames(["public class T { [Fact] public void X() { } }"])));
    }

    private static IEnumerable<string> Violations(string page, IEnumerable<(string Table, int Count)> tables, TestNames names)
    {
        ILookup<string, FailureCaseRow> rows = FailureCaseRow.Parse(page).ToLookup(row => row.Table);
        HashSet<string> parts = [.. Part().Matches(page).Select(match => match.Groups["name"].Value)];
        return from table in tables
               from violation in Numbering(table.Table, table.Count, rows[table.Table])
                   .Concat(rows[table.Table].SelectMany(row => Violations(row, names, parts).Select(violation => $"{table.Table}, {row.Number}: {violation}")))
               select violation;
    }

    private static IEnumerable<string> Numbering(string table, int count, IEnumerable<FailureCaseRow> rows)
    {
        Dictionary<int, int> found = rows.CountBy(row => row.Number).ToDictionary();
        return from number in Enumerable.Range(1, count).Union(found.Keys)
               let times = found.GetValueOrDefault(number)
               let allowed = number >= 1 && number <= count ? 1 : 0
               where times != allowed
               select $"{table}, {number}: it is there {times} times.";
    }

    private static IEnumerable<string> Violations(FailureCaseRow row, TestNames names, HashSet<string> parts)
    {
        if (row.Cells.Count != 3 || row.Cells.Any(cell => cell.Length == 0))
        {
            return ["a row says what goes wrong, what happens here and what tries it."];
        }

        if (!row.Tests.Any() && !row.Parts.Any() && !row.HasReason)
        {
            return ["it has no test, no reason and no part that it waits for."];
        }

        return row.Tests.Where(test => !names.Contains(test)).Select(test => $"{test} is no test.")
            .Concat(row.Parts.Where(part => !parts.Contains(part)).Select(part => $"{part} is no part that the page lists."));
    }

    [GeneratedRegex(@"^- \*\*(?<name>[^*]+)\*\*", RegexOptions.Multiline)]
    private static partial Regex Part();
}
