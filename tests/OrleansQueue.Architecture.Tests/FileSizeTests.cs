namespace OrleansQueue.Architecture.Tests;

/// <summary>Files stay small: none over 400 lines, and the median of src under 100. There are no exceptions.</summary>
public sealed class FileSizeTests
{
    private const int MaxLines = 400;
    private const int MedianLimit = 100;

    [Fact]
    public void No_file_is_longer_than_400_lines() => Repository.Holds(TooLong(Sizes(Repository.CSharpFiles)));

    [Fact]
    public void Half_the_files_of_src_are_under_100_lines() => Repository.Holds(
        MedianViolations(Sizes(Repository.CSharpFiles.Where(path => path.StartsWith("src/", StringComparison.Ordinal)))));

    [Theory]
    [InlineData(400, 0)]
    [InlineData(401, 1)]
    public void The_limit_itself_passes(int lines, int violations) =>
        Assert.Equal(violations, TooLong([("a.cs", lines)]).Count());

    [Theory]
    [InlineData(0)]
    [InlineData(0, 99)]
    [InlineData(1, 100)]
    [InlineData(0, 10, 99, 400)]
    [InlineData(0, 10, 189)]
    [InlineData(1, 10, 190)]
    public void The_median_of_an_even_number_lies_between_the_middle_two(int violations, params int[] sizes) =>
        Assert.Equal(violations, MedianViolations(sizes.Select(lines => ("a.cs", lines))).Count());

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("a\n", 1)]
    [InlineData("a\n\nb", 3)]
    public void The_last_line_counts_with_or_without_its_end(string text, int lines) => Assert.Equal(lines, LinesOf(text));

    private static IEnumerable<(string Path, int Lines)> Sizes(IEnumerable<string> files) =>
        files.Select(path => (path, LinesOf(Repository.Read(path))));

    private static int LinesOf(string text) => text.Count(here => here == '\n') + (text.Length == 0 || text[^1] == '\n' ? 0 : 1);

    private static IEnumerable<string> TooLong(IEnumerable<(string Path, int Lines)> files) =>
        files.Where(file => file.Lines > MaxLines).Select(file => $"{file.Path} has {file.Lines} lines; {MaxLines} are allowed.");

    private static IEnumerable<string> MedianViolations(IEnumerable<(string Path, int Lines)> files)
    {
        int[] sorted = [.. files.Select(file => file.Lines).Order()];
        if (sorted.Length == 0)
        {
            return [];
        }

        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0;
        return median < MedianLimit ? [] : [FormattableString.Invariant($"The median file has {median} lines; it must stay under {MedianLimit}.")];
    }
}
