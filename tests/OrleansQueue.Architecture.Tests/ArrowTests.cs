namespace OrleansQueue.Architecture.Tests;

/// <summary>Which project may reference which. The same arrows stand in docs/ARCHITECTURE.md.</summary>
public sealed class ArrowTests
{
    // Whole closures, so that a project may also name what it already gets through another one.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["OrleansQueue.Core"] = [],
        ["OrleansQueue.Client"] = ["OrleansQueue.Core"],
        ["OrleansQueue.AzureStorage"] = ["OrleansQueue.Core"],
        ["OrleansQueue.EntityFrameworkCore"] = ["OrleansQueue.Core", "OrleansQueue.Client"],
        ["OrleansQueue.Testing"] = ["OrleansQueue.Core", "OrleansQueue.Client"],
        ["OrleansQueue.Contracts"] = ["OrleansQueue.Core", "OrleansQueue.Client"],
        ["OrleansQueue.Grains"] = ["OrleansQueue.Core", "OrleansQueue.Client", "OrleansQueue.Contracts"],
        ["OrleansQueue.Streams"] = ["OrleansQueue.Core", "OrleansQueue.Client", "OrleansQueue.Contracts"],
        ["OrleansQueue.Dashboard"] = ["OrleansQueue.Core", "OrleansQueue.Client", "OrleansQueue.Contracts"],
    };

    private const string Bare = "<Project Sdk=\"Microsoft.NET.Sdk\" />";

    [Fact]
    public void Projects_reference_only_what_the_arrows_allow() => Repository.Holds(Violations(Project.All));

    [Theory]
    [InlineData("src/OrleansQueue.Client/OrleansQueue.Client.csproj", "../OrleansQueue.Core/OrleansQueue.Core.csproj", true)]
    [InlineData("src/OrleansQueue.Grains/OrleansQueue.Grains.csproj", "..\\OrleansQueue.Core\\OrleansQueue.Core.csproj", true)]
    [InlineData("src/OrleansQueue.Core/OrleansQueue.Core.csproj", "../OrleansQueue.Client/OrleansQueue.Client.csproj", false)]
    [InlineData("src/OrleansQueue.Client/OrleansQueue.Client.csproj", "../OrleansQueue.Grains/OrleansQueue.Grains.csproj", false)]
    [InlineData("src/OrleansQueue.Cli/OrleansQueue.Cli.csproj", "../OrleansQueue.Grains/OrleansQueue.Grains.csproj", true)]
    [InlineData("src/OrleansQueue.Cli/OrleansQueue.Cli.csproj", "../../silo-host/SiloHost.csproj", false)]
    [InlineData("src/OrleansQueue.Dashboard/OrleansQueue.Dashboard.csproj", "../OrleansQueue.Cli/OrleansQueue.Cli.csproj", false)]
    [InlineData("client-demo/ClientDemo.csproj", "../src/OrleansQueue.Client/OrleansQueue.Client.csproj", true)]
    [InlineData("client-demo/ClientDemo.csproj", "../tests/Some.Tests/Some.Tests.csproj", false)]
    [InlineData("tests/Some.Tests/Some.Tests.csproj", "../../silo-host/SiloHost.csproj", true)]
    public void One_reference_is_judged_by_both_its_ends(string from, string to, bool allowed)
    {
        string[] others =
        [
            "src/OrleansQueue.Core/OrleansQueue.Core.csproj", "src/OrleansQueue.Client/OrleansQueue.Client.csproj",
            "src/OrleansQueue.Grains/OrleansQueue.Grains.csproj", "src/OrleansQueue.Cli/OrleansQueue.Cli.csproj",
            "silo-host/SiloHost.csproj", "tests/Some.Tests/Some.Tests.csproj",
        ];
        Project judged = Project.Parse(from, $"<Project><ItemGroup><ProjectReference Include=\"{to}\" /></ItemGroup></Project>");
        IEnumerable<Project> rest = others.Where(path => path != from).Select(path => Project.Parse(path, Bare));

        Assert.Equal(allowed ? 0 : 1, Violations([judged, .. rest]).Count());
    }

    [Theory]
    [InlineData("src/OrleansQueue.Surprise/OrleansQueue.Surprise.csproj")]
    [InlineData("samples/Sample.csproj")]
    public void A_project_that_the_house_does_not_know_is_a_violation(string path) =>
        Assert.Contains(path, Assert.Single(Violations([Project.Parse(path, Bare)])), StringComparison.Ordinal);

    [Fact]
    public void A_reference_that_a_props_file_adds_counts_as_well()
    {
        Project core = Project.Parse("src/OrleansQueue.Core/OrleansQueue.Core.csproj", Bare,
            "<Project><ItemGroup><ProjectReference Include=\"../Gone/Gone.csproj\" /></ItemGroup></Project>");

        Assert.Single(Violations([core]));
    }

    private static IEnumerable<string> Violations(IReadOnlyList<Project> projects) =>
        projects.SelectMany(project => Violations(project, projects));

    private static IEnumerable<string> Violations(Project project, IReadOnlyList<Project> projects)
    {
        if (project.TopFolder == "tests")
        {
            return [];
        }

        if (project.IsHost)
        {
            return from name in project.References
                   let target = projects.FirstOrDefault(other => other.Name == name)
                   where target is null or { IsHost: true } or { TopFolder: not "src" }
                   select $"{project.Path} is a host and may reference the libraries of src only, not {name}.";
        }

        if (project.TopFolder != "src" || !Allowed.TryGetValue(project.Name, out string[]? allowed))
        {
            return [$"{project.Path} is a project that the arrows do not know."];
        }

        return project.References.Except(allowed).Select(name => $"{project.Path} may not reference {name}.");
    }
}
