using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>What a page may name as a test: classes that hold tests, their tests, and the faults that the simulator knows.</summary>
internal sealed partial class TestNames
{
    private const string Faults = "FaultKind";

    private readonly HashSet<string> _names = [];

    /// <param name="texts">The texts of source files.</param>
    public TestNames(IEnumerable<string> texts)
    {
        foreach (string code in texts.Select(CSharpText.CodeOf))
        {
            string[] tests = [.. Test().Matches(code).Select(match => match.Groups["name"].Value)];
            foreach (string holder in tests.Length == 0 ? [] : Class().Matches(code).Select(match => match.Groups["name"].Value))
            {
                _names.Add(holder);
                _names.UnionWith(tests.Select(test => $"{holder}.{test}"));
            }

            _names.UnionWith(
                from list in Enum().Matches(code)
                where list.Groups["name"].Value == Faults && Simulator().IsMatch(code)
                from fault in Word().Matches(list.Groups["members"].Value)
                select $"Simulation: {fault.Value}");
        }
    }

    public bool Contains(string name) => _names.Contains(name);

    // Other tests have kinds of faults too.
    [GeneratedRegex(@"^namespace OrleansQueue\.Simulation\b", RegexOptions.Multiline)]
    private static partial Regex Simulator();

    // Only a class that begins its line belongs to the file as a whole; one inside another is a helper of its tests.
    [GeneratedRegex(@"^(public|internal)\s[\w\s]*\bclass\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex(@"\[(Fact|Theory)\b.*?\bpublic\s+[\w<>\[\], ]+?\s(?<name>\w+)\s*\(", RegexOptions.Singleline)]
    private static partial Regex Test();

    [GeneratedRegex(@"\benum\s+(?<name>\w+)[^{]*\{(?<members>[^}]*)\}")]
    private static partial Regex Enum();

    [GeneratedRegex(@"\b[A-Z]\w*")]
    private static partial Regex Word();
}
