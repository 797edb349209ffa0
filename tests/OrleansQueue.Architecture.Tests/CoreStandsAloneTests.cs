namespace OrleansQueue.Architecture.Tests;

/// <summary>Core needs the base class library and nothing else, so it restores, compiles and runs anywhere.</summary>
public sealed class CoreStandsAloneTests
{
    [Fact]
    public void Core_needs_nothing_but_the_base_class_library() =>
        Repository.Holds(Violations(Project.All.Single(project => project.Name == "OrleansQueue.Core")));

    [Theory]
    [InlineData("<PackageReference Include=\"Some.Analyzers\" PrivateAssets=\"all\" />", 0)]
    [InlineData("<PackageReference Include=\"Some.Analyzers\"><PrivateAssets>all</PrivateAssets></PackageReference>", 0)]
    [InlineData("<AdditionalFiles Include=\"BannedSymbols.Core.txt\" />", 0)]
    [InlineData("<PackageReference Include=\"Some.Library\" />", 1)]
    [InlineData("<PackageReference Include=\"Some.Library\" PrivateAssets=\"compile\" />", 1)]
    [InlineData("<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />", 1)]
    [InlineData("<Reference Include=\"Some.Library\" />", 1)]
    public void Only_packages_that_stay_in_the_build_pass(string item, int violations) =>
        Assert.Equal(violations, Violations(Core("Microsoft.NET.Sdk", item)).Count());

    [Fact]
    public void Another_sdk_would_bring_a_framework_along() =>
        Assert.Single(Violations(Core("Microsoft.NET.Sdk.Web", "")));

    private static Project Core(string sdk, string item) => Project.Parse(
        "src/OrleansQueue.Core/OrleansQueue.Core.csproj",
        $"<Project Sdk=\"{sdk}\"><ItemGroup>{item}</ItemGroup></Project>");

    private static IEnumerable<string> Violations(Project core)
    {
        if (core.Sdk != "Microsoft.NET.Sdk")
        {
            yield return $"{core.Path} is made with {core.Sdk}.";
        }

        foreach (Item item in core.Items)
        {
            bool isOutside = item.Kind is "FrameworkReference" or "Reference";
            bool isShipped = item.Kind == "PackageReference" && item.PrivateAssets != "all";
            if (isOutside || isShipped)
            {
                yield return $"{core.Path} has the {item.Kind} {item.Name}; only build-time packages (PrivateAssets=all) are allowed.";
            }
        }
    }
}
