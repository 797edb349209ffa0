using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>What a caller puts into Orleans' RequestContext is its own word and anybody's, so nothing in src decides by it.</summary>
public sealed partial class CallerClaimTests
{
    [Fact]
    public void Nothing_reads_what_a_caller_says_of_itself() => Repository.Holds(
        from path in Repository.CSharpFiles
        where path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("silo-host/", StringComparison.Ordinal)
        from violation in Violations(path, Repository.Read(path))
        select violation);

    [Theory]
    [InlineData("var who = RequestContext.Get(\"user\");", 1)]
    [InlineData("Orleans.Runtime.RequestContext.Get(name)", 1)]
    [InlineData("// RequestContext is not to be believed.", 0)]
    [InlineData("MyRequestContext.Get(name)", 0)]
    public void A_claim_that_is_read_is_found(string text, int violations) => Assert.Equal(violations, Violations("a.cs", text).Count());

    private static IEnumerable<string> Violations(string path, string text)
    {
        string code = CSharpText.CodeOf(text);
        return from match in Claims().Matches(code)
               let line = code.AsSpan(0, match.Index).Count('\n') + 1
               select $"{path}({line}): RequestContext is what the caller says of itself.";
    }

    [GeneratedRegex(@"\bRequestContext\b")]
    private static partial Regex Claims();
}
