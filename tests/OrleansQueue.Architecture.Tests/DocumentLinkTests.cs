using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>A relative link in the README or in docs leads to something that is in the repository.</summary>
public sealed partial class DocumentLinkTests
{
    [Fact]
    public void Every_relative_link_leads_somewhere()
    {
        HashSet<string> known = Known(Repository.Files);
        Repository.Holds(
            from path in Repository.Files
            where path == "README.md" || path.StartsWith("docs/", StringComparison.Ordinal) && path.EndsWith(".md", StringComparison.Ordinal)
            from violation in Violations(path, Repository.Read(path), known)
            select violation);
    }

    [Theory]
    [InlineData("[a](formats/log.md)", 0)]
    [InlineData("[a](formats/log.md#header \"The header\")", 0)]
    [InlineData("[a](formats/) and [b](../src/A/A.cs)", 0)]
    [InlineData("[a](<formats/a page.md>) [b](formats/a%20page.md)", 0)]
    [InlineData("[a](/src/A/A.cs)", 0)]
    [InlineData("[a](https://example.org/gone.md) [b](#here) [c](mailto:a@example.org)", 0)]
    [InlineData("`[a](gone.md)`\n```\n[b](gone.md)\n```", 0)]
    [InlineData("[a](gone.md)", 1)]
    [InlineData("![a](gone.png) [b](formats/Log.md)", 2)]
    [InlineData("[a]: gone.md", 1)]
    [InlineData("[a](../../outside.md)", 1)]
    public void Links_are_followed_from_where_they_stand(string text, int violations) => Assert.Equal(
        violations,
        Violations("docs/README.md", text, Known(["docs/formats/log.md", "docs/formats/a page.md", "src/A/A.cs"])).Count());

    // A folder is known when a file is in it.
    private static HashSet<string> Known(IEnumerable<string> files)
    {
        HashSet<string> known = new([""]);
        foreach (string file in files)
        {
            for (string? path = file; !string.IsNullOrEmpty(path) && known.Add(path);)
            {
                path = Path.GetDirectoryName(path)?.Replace('\\', '/');
            }
        }

        return known;
    }

    private static IEnumerable<string> Violations(string path, string text, HashSet<string> known) =>
        from match in Link().Matches(CodeSample().Replace(text, ""))
        let target = Uri.UnescapeDataString(match.Groups["target"].Value.Split('#')[0])
        where target.Length > 0 && !Scheme().IsMatch(target)
        where !known.Contains(Resolve(path, target))
        select $"{path} links to {target}, which is not there.";

    // Resolved against a made-up root; what climbs out of it keeps its dots and is never known.
    private static string Resolve(string from, string target)
    {
        List<string> parts = target[0] == '/' ? [] : [.. from.Split('/')[..^1]];
        foreach (string part in target.Split('/').Where(part => part is not ("" or ".")))
        {
            if (part == ".." && parts.Count > 0 && parts[^1] != "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    [GeneratedRegex("^```.*?^```|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeSample();

    [GeneratedRegex("""\]\(\s*(<(?<target>[^>\n]+)>|(?<target>[^)\s]+))|^ *\[[^\]\n]+\]: *(?<target>\S+)""", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z][a-z0-9+.-]*:|^//", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();
}
