using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>Tests wait for what happens and never for a while. In src the banned symbols see to the same.</summary>
public sealed class WaitingTests
{
    // A file named here must drive its delays by a TimeProvider, which text alone cannot show.
    private static readonly string[] Exceptions = ["tests/OrleansQueue.Azurite/FaultProxy.cs"];

    // The words are put together here, or this file would find itself.
    private static readonly Regex Waits = new(@"\bThread\s*\.\s*" + @"Sleep\b|\bTask\s*\.\s*" + @"Delay\s*\(");

    [Fact]
    public void No_test_waits_for_the_clock() => Repository.Holds(
        from path in Repository.CSharpFiles.Except(Exceptions)
        where path.StartsWith("tests/", StringComparison.Ordinal)
        from violation in Violations(path, Repository.Read(path))
        select violation);

    [Fact]
    public void Every_exception_is_still_needed() => Assert.All(Exceptions, path => Assert.NotEmpty(Violations(path, Repository.Read(path))));

    [Theory]
    [InlineData("Thread." + "Sleep(10);", 1)]
    [InlineData("await Task." + "Delay(10);", 1)]
    [InlineData("await Task\n    ." + "Delay(10);", 1)]
    [InlineData("await time.Delay(10);", 0)]
    [InlineData("options.TaskDelay(10);", 0)]
    public void Both_ways_to_wait_are_found(string text, int violations) =>
        Assert.Equal(violations, Violations("a.cs", text).Count());

    private static IEnumerable<string> Violations(string path, string text) =>
        from match in Waits.Matches(text)
        let line = text.AsSpan(0, match.Index).Count('\n') + 1
        select $"{path}({line}): a test waits for the clock.";
}
