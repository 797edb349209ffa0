using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>Nothing half done stays in the code, and no test is switched off.</summary>
public sealed class LeftoverTests
{
    // The words are put together here, or this file would find itself.
    private static readonly (string Name, Regex Pattern)[] Leftovers =
    [
        ("a note to finish it later", new(@"\b(" + "TO" + "DO|FIX" + "ME|HA" + @"CK)\b")),
        ("a method that is not there", new("NotImplemented" + "Exception")),
        ("a test that is switched off", new(@"\bSk" + "ip *=(?![=>])")),
        ("a region", new("^ *#" + "region", RegexOptions.Multiline)),
    ];

    [Fact]
    public void No_file_holds_leftovers() => Repository.Holds(
        Repository.CSharpFiles.SelectMany(path => Violations(path, Repository.Read(path))));

    [Theory]
    [InlineData("// TO" + "DO: later")]
    [InlineData("// FIX" + "ME")]
    [InlineData("// HA" + "CK, sorry")]
    [InlineData("throw new NotImplemented" + "Exception();")]
    [InlineData("[Fact(Sk" + "ip = \"flaky\")]")]
    [InlineData("    #" + "region Fields")]
    public void Each_kind_is_found_with_its_line(string text) =>
        Assert.StartsWith("a.cs(2): ", Assert.Single(Violations("a.cs", "\n" + text)), StringComparison.Ordinal);

    [Theory]
    [InlineData("items.Skip(2)")]
    [InlineData("public int Skip => 3;")]
    [InlineData("if (Skip == 3)")]
    [InlineData("string region = \"eu\";")]
    [InlineData("mastodon")]
    public void Words_that_only_look_alike_pass(string text) => Assert.Empty(Violations("a.cs", text));

    private static IEnumerable<string> Violations(string path, string text) =>
        from leftover in Leftovers
        from match in leftover.Pattern.Matches(text)
        let line = text.AsSpan(0, match.Index).Count('\n') + 1
        select $"{path}({line}): {leftover.Name}.";
}
