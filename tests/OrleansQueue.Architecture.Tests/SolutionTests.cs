using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansQueue.Architecture.Tests;

/// <summary>The solution holds every project; Core.slnf holds exactly those that restore without a package of Orleans.</summary>
public sealed partial class SolutionTests
{
    [Fact]
    public void Every_project_is_in_the_solution() =>
        Repository.Holds(Missing(Project.All.Select(project => project.Path), InSolution(Repository.Read("OrleansQueue.sln"))));

    [Fact]
    public void Core_slnf_lists_exactly_what_needs_no_package_of_Orleans() => Repository.Holds(
        FilterViolations(InFilter(Repository.Read("Core.slnf")), InSolution(Repository.Read("OrleansQueue.sln")), Project.All));

    [Fact]
    public void A_project_outside_the_solution_is_found()
    {
        const string Solution = "Project(\"{FAE0}\") = \"A\", \"src\\A\\A.csproj\", \"{3D0D}\"\nEndProject\n";

        Assert.Empty(Missing(["src/A/A.csproj"], InSolution(Solution)));
        Assert.Contains("src/B/B.csproj", Assert.Single(Missing(["src/B/B.csproj"], InSolution(Solution))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/A/A.csproj", "")]
    [InlineData("src/A/A.csproj src/B/B.csproj", "src/B/B.csproj")]
    [InlineData("src/A/A.csproj tests/C/C.csproj", "tests/C/C.csproj")]
    [InlineData("", "src/A/A.csproj")]
    [InlineData("src/A/A.csproj src/Gone/Gone.csproj", "src/Gone/Gone.csproj")]
    public void Orleans_is_seen_through_references_too(string listed, string wrong)
    {
        Project[] projects =
        [
            Project.Parse("src/A/A.csproj", "<Project />"),
            Project.Parse("src/B/B.csproj", "<Project><PackageReference Include=\"Microsoft.Orleans.Sdk\" /></Project>"),
            Project.Parse("tests/C/C.csproj", "<Project><ProjectReference Include=\"../../src/B/B.csproj\" /></Project>"),
        ];
        string filter = JsonSerializer.Serialize(new { solution = new { projects = Words(listed) } });
        string[] violations = [.. FilterViolations(InFilter(filter), projects.Select(project => project.Path), projects)];

        Assert.Equal(Words(wrong).Length, violations.Length);
        Assert.All(violations, violation => Assert.Contains(wrong, violation, StringComparison.Ordinal));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Missing(IEnumerable<string> projects, IEnumerable<string> listed) =>
        projects.Except(listed).Select(path => $"{path} is not in OrleansQueue.sln.");

    private static IEnumerable<string> FilterViolations(
        IReadOnlyList<string> filter, IEnumerable<string> solution, IReadOnlyList<Project> projects)
    {
        string[] free = [.. solution.Where(path => projects.Any(project => project.Path == path && !project.NeedsOrleans(projects)))];
        return
        [
            .. free.Except(filter).Select(path => $"{path} needs no package of Orleans, so Core.slnf should list it."),
            .. filter.Except(free).Select(path => $"Core.slnf lists {path}, which needs a package of Orleans or is not in the solution."),
        ];
    }

    private static string[] InSolution(string text) =>
        [.. ProjectLine().Matches(text).Select(match => match.Groups[1].Value.Replace('\\', '/'))];

    private static string[] InFilter(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement projects = document.RootElement.GetProperty("solution").GetProperty("projects");
        return [.. projects.EnumerateArray().Select(path => (path.GetString() ?? "").Replace('\\', '/'))];
    }

    [GeneratedRegex("""^Project\("[^"]*"\) = "[^"]*", "([^"]+\.csproj)" *,""", RegexOptions.Multiline)]
    private static partial Regex ProjectLine();
}
