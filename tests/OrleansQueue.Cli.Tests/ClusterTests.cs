using System.Text.RegularExpressions;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq cluster</c> on a silo.</summary>
public sealed partial class ClusterTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task The_cluster_is_described()
    {
        var lines = await silo.Oq.DoneAsync("cluster", "describe");
        Assert.Equal(2, lines.Count);
        Assert.Matches(Cluster(), lines[0]);
        Assert.Matches(Silo(), lines[1]);
        var json = await silo.Oq.DoneAsync("cluster", "describe", "--json");
        Assert.Matches(ClusterJson(), json[0]);
        Assert.Matches(SiloJson(), json[1]);
    }

    [Fact]
    public async Task There_is_no_format_above_the_newest()
    {
        Assert.Equal(["format level 2, the newest that there is"], await silo.Oq.DoneAsync("cluster", "raise-format"));
        Assert.Equal(["""{"format_level":2,"before":2}"""], await silo.Oq.DoneAsync("cluster", "raise-format", "--json"));
    }

    [GeneratedRegex(@"^store [0-9a-f]{32} \(files in .+\), format level 2, 1 silos$")]
    private static partial Regex Cluster();

    [GeneratedRegex(@"^  \S+ \(S?\S+@\d+\): version \d+\.\d+\.\d+\S*, knows format levels 1 to 2$")]
    private static partial Regex Silo();

    [GeneratedRegex("""^\{"store":"[0-9a-f]{32}","store_name":"files in .+","format_level":2\}$""")]
    private static partial Regex ClusterJson();

    [GeneratedRegex("""^\{"silo":"[^"]+","address":"[^"]+","version":"\d+\.\d+\.\d+[^"]*","oldest_level":1,"newest_level":2\}$""")]
    private static partial Regex SiloJson();
}
