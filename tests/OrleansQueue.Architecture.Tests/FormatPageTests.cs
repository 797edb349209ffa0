using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>A page that draws bytes names the source file that writes them, so that a change of one finds the other.</summary>
public sealed partial class FormatPageTests
{
    private const string Folder = "docs/formats/";

    [Fact]
    public void Every_format_page_names_a_source_file()
    {
        string[] pages = [.. Repository.Files.Where(path => path.StartsWith(Folder, StringComparison.Ordinal))];
        string[] sources = [.. Repository.CSharpFiles.Where(path => path.StartsWith("src/", StringComparison.Ordinal))];

        Assert.NotEmpty(pages);
        Repository.Holds(pages.SelectMany(path => Violations(path, Repository.Read(path), sources)));
    }

    [Theory]
    [InlineData("Written by `RecordBatchHeader.cs`.", 0)]
    [InlineData("Written by src/OrleansQueue.Core/Batches/RecordBatchHeader.cs, read by Gone.cs.", 0)]
    [InlineData("Written by `Gone.cs`.", 1)]
    [InlineData("Written by RecordBatchHeader.", 1)]
    [InlineData("RecordBatchHeader.csproj", 1)]
    [InlineData("MyRecordBatchHeader.cs", 1)]
    public void A_page_without_an_existing_source_file_is_found(string text, int violations) => Assert.Equal(
        violations,
        Violations("docs/formats/a.md", text, ["src/OrleansQueue.Core/Batches/RecordBatchHeader.cs"]).Count());

    private static IEnumerable<string> Violations(string path, string text, IEnumerable<string> sources)
    {
        HashSet<string> names = [.. sources.Select(source => Path.GetFileName(source))];
        return SourceName().Matches(text).Any(match => names.Contains(match.Value)) ? [] : [$"{path} names no source file of src."];
    }

    [GeneratedRegex(@"[\w.]+\.cs\b")]
    private static partial Regex SourceName();
}
