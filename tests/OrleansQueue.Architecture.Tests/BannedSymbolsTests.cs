using System.Xml.Linq;

namespace OrleansQueue.Architecture.Tests;

/// <summary>Every project of src is compiled against the lists of banned symbols, and none slips out from under them.</summary>
public sealed class BannedSymbolsTests
{
    private const string Analyzer = "Microsoft.CodeAnalysis.BannedApiAnalyzers";
    private const string Rule = "RS" + "0030";

    [Fact]
    public void Every_project_of_src_sees_the_banned_symbols() => Repository.Holds(
    [
        .. Project.All.Where(project => project.TopFolder == "src").SelectMany(Violations),
        .. Repository.Files.SelectMany(CutOff),
        .. Repository.Files.Where(path => Path.GetFileName(path) == ".editorconfig").SelectMany(path => Softened(path, Repository.Read(path))),
    ]);

    [Theory]
    [InlineData("src/BannedSymbols.txt")]
    [InlineData("src/OrleansQueue.Core/BannedSymbols.Core.txt")]
    public void The_list_bans_something_and_says_why(string path) => Repository.Holds(UnexplainedBans(path, Repository.Read(path)));

    [Theory]
    [InlineData("A", "BannedSymbols.txt", 0)]
    [InlineData("OrleansQueue.Core", "BannedSymbols.txt", 1)]
    [InlineData("OrleansQueue.Core", "BannedSymbols.txt BannedSymbols.Core.txt", 0)]
    [InlineData("A", "", 1)]
    [InlineData("A", "Other.txt", 1)]
    public void A_list_that_is_not_named_is_found(string name, string lists, int violations)
    {
        IEnumerable<XElement> items = lists.Split(' ').Select(list => new XElement("AdditionalFiles", new XAttribute("Include", "$(Here)" + list)));
        XElement analyzer = new("PackageReference", new XAttribute("Include", Analyzer));

        Assert.Equal(violations, Violations(Project.Parse($"src/{name}/{name}.csproj", new XElement("Project", items, analyzer).ToString())).Count());
    }

    [Theory]
    [InlineData("AdditionalFiles", "*.txt", 3)]
    [InlineData("PackageReference", Analyzer, 3)]
    [InlineData("Compile", "Old.cs", 2)]
    public void A_missing_analyzer_and_a_removed_list_are_found(string kind, string removed, int violations) => Assert.Equal(
        violations,
        Violations(Project.Parse("src/A/A.csproj", $"<Project><{kind} Remove=\"{removed}\" /></Project>")).Count());

    [Theory]
    [InlineData("src/Directory.Build.props", 0)]
    [InlineData("tests/A/Directory.Build.props", 0)]
    [InlineData("src/A/Directory.Build.props", 1)]
    public void A_nearer_props_file_would_cut_off_the_one_of_src(string path, int violations) =>
        Assert.Equal(violations, CutOff(path).Count());

    [Theory]
    [InlineData("dotnet_diagnostic.CA2012.severity = error", 0)]
    [InlineData("dotnet_diagnostic." + Rule + ".severity = none", 1)]
    public void The_rule_itself_keeps_its_severity(string text, int violations) =>
        Assert.Equal(violations, Softened(".editorconfig", text).Count());

    [Theory]
    [InlineData("T:System.Threading.Timer;Time comes from a TimeProvider.\n", 0)]
    [InlineData("T:System.Threading.Timer\n", 1)]
    [InlineData("System.Threading.Timer;Time comes from a TimeProvider.\n", 1)]
    [InlineData("\n", 1)]
    public void A_ban_names_a_symbol_and_a_reason(string text, int violations) =>
        Assert.Equal(violations, UnexplainedBans("a.txt", text).Count());

    private static IEnumerable<string> Violations(Project project)
    {
        string[] lists = project.Name == "OrleansQueue.Core" ? ["BannedSymbols.txt", "BannedSymbols.Core.txt"] : ["BannedSymbols.txt"];
        string[] named = [.. project.Items.Where(item => item is { Kind: "AdditionalFiles", Removes: false }).Select(item => item.Name)];
        bool IsNamed(string list) => named.Any(name => name.EndsWith(list, StringComparison.Ordinal));
        return
        [
            .. lists.Where(list => !IsNamed(list)).Select(list => $"{project.Path} does not see {list}."),
            .. project.Packages.Any(item => item.Name == Analyzer) ? (string[])[] : [$"{project.Path} is built without {Analyzer}."],
            .. project.Items.Where(item => item.Removes && (item.Kind == "AdditionalFiles" || item.Name == Analyzer))
                .Select(item => $"{project.Path} removes {item.Name}."),
        ];
    }

    private static IEnumerable<string> CutOff(string path)
    {
        bool isBelowSrc = path.StartsWith("src/", StringComparison.Ordinal) && path.Split('/').Length > 2;
        return isBelowSrc && Path.GetFileName(path) == "Directory.Build.props" ? [$"{path} cuts off src/Directory.Build.props."] : [];
    }

    private static IEnumerable<string> Softened(string path, string text) =>
        text.Contains(Rule, StringComparison.Ordinal) ? [$"{path} changes the severity of {Rule}."] : [];

    private static IEnumerable<string> UnexplainedBans(string path, string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Length == 0
            ? [$"{path} bans nothing."]
            : lines.Where(line => line[1] != ':' || !line.Contains(';', StringComparison.Ordinal)).Select(line => $"{path}: '{line}' has no symbol or no reason.");
    }
}
