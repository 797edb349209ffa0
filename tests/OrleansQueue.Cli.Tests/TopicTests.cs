using System.Text.Json;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq topic</c> on a silo.</summary>
public sealed class TopicTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task A_topic_is_created_listed_described_altered_and_deleted()
    {
        var created = Assert.Single(await silo.Oq.DoneAsync(
            "topic", "create", "all", "--partitions", "2", "--durability", "os", "--retention-time", "3d", "--retention-bytes", "10MB", "--when-full", "drop-oldest", "--timestamps", "create", "--json"));
        Assert.StartsWith("""{"topic":"all","id":""", created, StringComparison.Ordinal);
        Assert.Contains("""
            "partitions":2,"durability":"os","retention_seconds":259200,"retention_bytes":10000000,"when_full":"drop-oldest","timestamps":"create"
            """, created, StringComparison.Ordinal);

        Assert.Contains("all: partitions 2, durability os, retention 259200s, 10000000 bytes a partition, when full drop-oldest, timestamps create", await silo.Oq.DoneAsync("topic", "list"));
        Assert.Equal(created, Assert.Single(await silo.Oq.DoneAsync("topic", "list", "--json"), line => line.Contains("\"all\"", StringComparison.Ordinal)));

        var altered = Assert.Single(await silo.Oq.DoneAsync("topic", "alter", "all", "--partitions", "3", "--retention-time", "1h", "--json"));
        Assert.Contains("\"partitions\":3,\"durability\":\"os\",\"retention_seconds\":3600,\"retention_bytes\":10000000", altered, StringComparison.Ordinal);

        await silo.Oq.FedAsync("a\nb\n", "produce", "all");
        var described = await silo.Oq.DoneAsync("topic", "describe", "all", "--json");
        Assert.Equal(4, described.Count);
        Assert.Equal(altered, described[0]);
        var partitions = described.Skip(1).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([0, 1, 2], partitions.Select(partition => partition.GetProperty("partition").GetInt32()));
        Assert.Equal(2, partitions.Sum(partition => partition.GetProperty("end").GetInt64() - partition.GetProperty("start").GetInt64()));
        Assert.All(partitions, partition => Assert.Equal(JsonValueKind.Null, partition.GetProperty("damage").ValueKind));
        Assert.All(partitions, partition => Assert.Equal(JsonValueKind.Null, partition.GetProperty("held_by").ValueKind));

        Assert.Empty(await silo.Oq.DoneAsync("topic", "delete", "all", "--yes"));
        Assert.DoesNotContain(await silo.Oq.DoneAsync("topic", "list"), line => line.StartsWith("all:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Limits_are_taken_away_again_and_foreign_codecs_are_shown()
    {
        await silo.Oq.DoneAsync("topic", "create", "bounded", "--retention-bytes", "10MB");

        var altered = Assert.Single(await silo.Oq.DoneAsync("topic", "alter", "bounded", "--retention-time", "none", "--retention-bytes", "none", "--foreign-codecs", "accept", "--json"));
        Assert.Contains("\"retention_seconds\":null,\"retention_bytes\":null,", altered, StringComparison.Ordinal);
        Assert.Contains("\"foreign_codecs\":\"accept\"", altered, StringComparison.Ordinal);
        Assert.Contains("bounded: partitions 4, durability fsync, retention for ever, any number of bytes, timestamps append, foreign codecs accept", await silo.Oq.DoneAsync("topic", "list"));

        altered = Assert.Single(await silo.Oq.DoneAsync("topic", "alter", "bounded", "--foreign-codecs", "refuse", "--json"));
        Assert.Contains("\"foreign_codecs\":\"refuse\"", altered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_grow_a_topic_is_said_to_move_keys()
    {
        await silo.Oq.DoneAsync("topic", "create", "grows", "--partitions", "2");

        Assert.Contains("moves keys", (await silo.Oq.RunAsync("topic", "alter", "grows", "--partitions", "3")).ErrorLine, StringComparison.Ordinal);
        Assert.Empty((await silo.Oq.RunAsync("topic", "alter", "grows", "--partitions", "3")).Error);
    }

    [Fact]
    public async Task What_is_refused_is_1_with_one_line_that_says_why()
    {
        await silo.Oq.DoneAsync("topic", "create", "there", "--partitions", "4");

        await RefusedAsync("there already", "topic", "create", "there");
        await RefusedAsync("allowed is", "topic", "create", "no/slash");
        await RefusedAsync("allowed is", "topic", "create", "many", "--partitions", "10001");
        await RefusedAsync("allowed is", "topic", "alter", "there", "--partitions", "2");
        await RefusedAsync("no topic", "topic", "alter", "missing", "--partitions", "2");
        await RefusedAsync("no topic", "topic", "describe", "missing");
        await RefusedAsync("no topic", "topic", "delete", "missing", "--yes");
        await RefusedAsync("no topic", "produce", "missing");
        await RefusedAsync("no topic", "consume", "missing");
        await RefusedAsync("no partition", "consume", "there", "--partition", "4");
    }

    private async Task RefusedAsync(string why, params string[] arguments)
    {
        var result = await silo.Oq.RunAsync(arguments);
        Assert.True(result.ExitCode == 1, $"{string.Join(' ', arguments)} ended with {result.ExitCode}.");
        Assert.Contains(why, result.ErrorLine, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Out);
    }
}
