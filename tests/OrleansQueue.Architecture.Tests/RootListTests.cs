namespace OrleansQueue.Architecture.Tests;

/// <summary>What lies at the root of the repository is a closed list, so that nothing gathers there.</summary>
public sealed class RootListTests
{
    private static readonly string[] Allowed =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", "Core.slnf", "Directory.Build.props", "Directory.Packages.props",
        "LICENSE", "OrleansQueue.sln", "README.md", "client-demo", "docs", "global.json", "silo-host", "src", "tests",
    ];

    [Fact]
    public void Nothing_but_the_listed_entries_lies_at_the_root() => Repository.Holds(Violations(Repository.Files));

    [Fact]
    public void The_root_is_listed_at_all() => Assert.Contains("OrleansQueue.sln", Repository.Files);

    [Theory]
    [InlineData("src/OrleansQueue.Core/notes.txt", 0)]
    [InlineData("README.md", 0)]
    [InlineData("notes.txt", 1)]
    [InlineData("tools/x.sh", 1)]
    [InlineData("Src/x.cs", 1)]
    public void Only_the_first_part_of_a_path_counts(string path, int violations) =>
        Assert.Equal(violations, Violations([path]).Count());

    private static IEnumerable<string> Violations(IEnumerable<string> files) =>
        files.Select(path => path.Split('/')[0]).Distinct().Except(Allowed).Select(entry => $"{entry} may not lie at the root.");
}
