using System.Text;

namespace OrleansQueue.Architecture.Tests;

/// <summary>No file knows the machine on which it was written.</summary>
public sealed class BuildMachineTests
{
    // The words are put together here, or this file would find itself.
    private static readonly string[] Words = ["/ro" + "ot/", "/wo" + "rk/", "/opt/nu" + "get"];

    // Read byte by byte, so that a blob is searched like a text.
    [Fact]
    public void No_file_names_a_path_of_a_build_machine() => Repository.Holds(
        Repository.Files.SelectMany(path => Violations(path, File.ReadAllText(Path.Combine(Repository.Root, path), Encoding.Latin1))));

    [Theory]
    [InlineData("see /wo" + "rk/main", 1)]
    [InlineData("HOME=/ro" + "ot/", 1)]
    [InlineData("source /opt/nu" + "get", 1)]
    [InlineData("\0\u0001/wo" + "rk/\u00ff", 1)]
    [InlineData("at work / at the root", 0)]
    public void Each_path_is_found(string text, int violations) => Assert.Equal(violations, Violations("a.txt", text).Count());

    private static IEnumerable<string> Violations(string path, string text) =>
        Words.Where(word => text.Contains(word, StringComparison.Ordinal)).Select(word => $"{path} holds {word}.");
}
