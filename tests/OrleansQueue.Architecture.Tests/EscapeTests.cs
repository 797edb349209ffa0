using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>A warning is switched off only where the same line says why, and warnings stay errors everywhere.</summary>
public sealed class EscapeTests
{
    // Some words are put together here, or this file would find itself.
    private static readonly (string Message, Regex Pattern)[] InCode =
    [
        ("a warning is switched off and the line does not say why", new(@"#" + @"pragma +warning +disable(?!.*//\s*\S)")),
        ("a warning is suppressed without a justification", new(@"Suppress" + @"Message\([^)]*\)(?<!Justification = ""[^""]+""[^)]*\))")),
        ("nullable checks are switched off", new("#" + "nullable +disable")),
    ];

    private static readonly (string Message, Regex Pattern)[] InBuild =
    [
        ("a warning is switched off and the line does not say why", new(@"<NoWarn>(?!.*<!--\s*\S)")),
        ("a warning is let through", new("<WarningsNotAsErrors>")),
        ("warnings are no errors", new("<TreatWarningsAsErrors>(?!true<)")),
        ("the analyzers are switched off", new("<(RunAnalyzers[A-Za-z]*|EnforceCodeStyleInBuild)>(?!true<)")),
        ("nullable checks are switched off", new("<Nullable>(?!enable<)")),
    ];

    [Fact]
    public void No_warning_is_switched_off_in_silence() => Repository.Holds(
    [
        .. Repository.CSharpFiles.SelectMany(path => Violations(path, Repository.Read(path), InCode)),
        .. Repository.Files
            .Where(path => Path.GetExtension(path) is ".csproj" or ".props" or ".targets")
            .SelectMany(path => Violations(path, Repository.Read(path), InBuild)),
    ]);

    [Theory]
    [InlineData("#" + "pragma warning disable CA1000", 1)]
    [InlineData("#" + "pragma warning disable CA1000 //", 1)]
    [InlineData("#" + "pragma warning disable CA1000\n// The reason is too late here.", 1)]
    [InlineData("#" + "pragma warning disable CA1000 // The factory belongs to the type.", 0)]
    [InlineData("#" + "pragma warning restore CA1000", 0)]
    [InlineData("#" + "nullable disable", 1)]
    [InlineData("[Suppress" + "Message(\"Usage\", \"CA1000\")]", 1)]
    [InlineData("[Suppress" + "Message(\"Usage\", \"CA1000\", Justification = \"The factory belongs to the type.\")]", 0)]
    public void Code_says_why(string text, int violations) => Assert.Equal(violations, Violations("a.cs", text, InCode).Count());

    [Theory]
    [InlineData("<NoWarn>$(NoWarn);CA1000</NoWarn>", 1)]
    [InlineData("<NoWarn>$(NoWarn);CA1000</NoWarn> <!-- The generator writes it so. -->", 0)]
    [InlineData("<WarningsNotAsErrors>CA1000</WarningsNotAsErrors>", 1)]
    [InlineData("<TreatWarningsAsErrors>true</TreatWarningsAsErrors>", 0)]
    [InlineData("<TreatWarningsAsErrors>false</TreatWarningsAsErrors>", 1)]
    [InlineData("<RunAnalyzersDuringBuild>false</RunAnalyzersDuringBuild>", 1)]
    [InlineData("<Nullable>disable</Nullable>", 1)]
    public void A_build_file_says_why(string text, int violations) =>
        Assert.Equal(violations, Violations("a.csproj", text, InBuild).Count());

    private static IEnumerable<string> Violations(string path, string text, (string Message, Regex Pattern)[] rules) =>
        from rule in rules
        from match in rule.Pattern.Matches(text)
        let line = text.AsSpan(0, match.Index).Count('\n') + 1
        select $"{path}({line}): {rule.Message}.";
}
