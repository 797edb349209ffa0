using System.Text.RegularExpressions;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>The pages that tell operators what to set name settings that there are, and the table has all of them.</summary>
public sealed partial class SettingPagesTests
{
    private const string Table = "docs/operating/silo-host.md";

    [Theory]
    [InlineData(Table)]
    [InlineData("docs/operating/cluster.md")]
    [InlineData("docs/operating/compose.yaml")]
    [InlineData("docs/operating/kubernetes.yaml")]
    public void Every_setting_that_a_page_names_is_one(string page)
    {
        var named = NamedIn(Read(page));

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(SiloSettings.Known));
    }

    [Fact]
    public void The_table_names_every_setting() => Assert.Empty(SiloSettings.Known.Except([.. NamedIn(Read(Table)), "Urls"]));

    [Theory]
    [InlineData("--Silo:Port=11111 and `Silo:GatewayPort`", "Silo:Port", "Silo:GatewayPort")]
    [InlineData("  OrleansQueue__AzureBlobs__Container: queue", "OrleansQueue:AzureBlobs:Container")]
    [InlineData("- name: Orleans__ClusterId", "Orleans:ClusterId")]
    [InlineData("keys under `OrleansQueue:` or `Silo:`")]
    public void Settings_are_found_as_they_are_typed(string text, params string[] settings) => Assert.Equal(settings, NamedIn(text));

    private static string Read(string page) => File.ReadAllText(Path.Combine(BuiltPrograms.Root, page));

    private static List<string> NamedIn(string text) => [.. Setting().Matches(text).Select(match => match.Value.Replace("__", ":", StringComparison.Ordinal)).Distinct()];

    [GeneratedRegex(@"\b(OrleansQueue|Orleans|Silo)((:|__)[A-Za-z]+)+")]
    private static partial Regex Setting();
}
