using System.Xml.Linq;

namespace OrleansQueue.Architecture.Tests;

/// <summary>One version of Orleans, named in one place, and only where it is needed.</summary>
public sealed class OrleansPackageTests
{
    private const string Version = "[10.2.2]";

    [Fact]
    public void Every_package_of_Orleans_has_exactly_one_version() =>
        Repository.Holds(VersionViolations(Repository.Read("Directory.Packages.props")));

    [Fact]
    public void No_project_names_the_blob_client_and_the_blob_grain_storage_at_once() =>
        Repository.Holds(Project.All.SelectMany(BlobViolations));

    [Fact]
    public void Versions_stand_in_Directory_Packages_props_only() => Repository.Holds(
        from path in Repository.Files
        where Path.GetExtension(path) is ".csproj" or ".props" or ".targets"
        from violation in NamedVersions(path, Repository.Read(path))
        select violation);

    [Fact]
    public void No_file_of_the_repository_chooses_a_package_source() => Repository.Holds(SourceFiles(Repository.Files));

    [Theory]
    [InlineData("false", "[10.2.2]", 0)]
    [InlineData("true", "[10.2.2]", 1)]
    [InlineData("false", "10.2.2", 1)]
    [InlineData("false", "[10.2.1]", 1)]
    [InlineData("", "", 2)]
    public void Pinning_or_another_version_is_found(string pinning, string version, int violations) =>
        Assert.Equal(violations, VersionViolations($"""
            <Project>
              <CentralPackageTransitivePinningEnabled>{pinning}</CentralPackageTransitivePinningEnabled>
              <PackageVersion Include="Microsoft.Orleans.Server" Version="{version}" />
              <PackageVersion Include="xunit" Version="2.9.3" />
            </Project>
            """).Count());

    [Theory]
    [InlineData("<PackageReference Include=\"A\" />", 0)]
    [InlineData("<PackageVersion Include=\"A\" Version=\"1.0.0\" />", 0)]
    [InlineData("<PackageReference Include=\"A\" Version=\"1.0.0\" />", 1)]
    [InlineData("<PackageReference Include=\"A\"><Version>1.0.0</Version></PackageReference>", 1)]
    [InlineData("<PackageReference Update=\"A\" VersionOverride=\"1.0.0\" />", 1)]
    public void A_version_beside_a_reference_is_found(string item, int violations) =>
        Assert.Equal(violations, NamedVersions("a.csproj", $"<Project>{item}</Project>").Count());

    [Theory]
    [InlineData("Azure.Storage.Blobs", "Microsoft.Orleans.Clustering.AzureStorage", 0)]
    [InlineData("Azure.Storage.Blobs", "Microsoft.Orleans.Persistence.AzureStorage", 1)]
    public void The_two_blob_packages_together_are_found(string first, string second, int violations) =>
        Assert.Equal(violations, BlobViolations(Project.Parse("a.csproj", $"""
            <Project><PackageReference Include="{first}" /><PackageReference Include="{second}" /></Project>
            """)).Count());

    [Fact]
    public void A_file_that_chooses_a_source_is_found_in_any_case_and_folder() =>
        Assert.Equal(2, SourceFiles(["NuGet.Config", "src/nuget.config", "src/config.cs"]).Count());

    private static IEnumerable<string> VersionViolations(string packages)
    {
        XDocument document = XDocument.Parse(packages);
        string?[] pinning = [.. document.Descendants("CentralPackageTransitivePinningEnabled").Select(element => element.Value)];
        if (pinning is not ["false"])
        {
            yield return "Directory.Packages.props does not say once that CentralPackageTransitivePinningEnabled is false.";
        }

        foreach (XElement element in document.Descendants("PackageVersion"))
        {
            string name = (string?)element.Attribute("Include") ?? "";
            if (name.StartsWith("Microsoft.Orleans.", StringComparison.OrdinalIgnoreCase) && (string?)element.Attribute("Version") != Version)
            {
                yield return $"Directory.Packages.props gives {name} another version than {Version}.";
            }
        }
    }

    private static IEnumerable<string> NamedVersions(string path, string xml) =>
        Item.Parse(xml)
            .Where(item => item is { Kind: "PackageReference", NamesVersion: true })
            .Select(item => $"{path} gives {item.Name} a version of its own.");

    private static IEnumerable<string> BlobViolations(Project project)
    {
        HashSet<string> names = new(project.Packages.Select(item => item.Name), StringComparer.OrdinalIgnoreCase);
        return names.IsSupersetOf(["Azure.Storage.Blobs", "Microsoft.Orleans.Persistence.AzureStorage"])
            ? [$"{project.Path} names both Azure.Storage.Blobs and Microsoft.Orleans.Persistence.AzureStorage."]
            : [];
    }

    private static IEnumerable<string> SourceFiles(IEnumerable<string> files) =>
        files.Where(path => Path.GetFileName(path).Equals("nuget.config", StringComparison.OrdinalIgnoreCase))
            .Select(path => $"{path} chooses package sources; that is the machine's business.");
}
