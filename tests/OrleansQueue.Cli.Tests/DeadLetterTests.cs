using System.Text.Json;
using OrleansQueue.Broker;
using OrleansQueue.Processes;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq dead</c> on a silo.</summary>
public sealed class DeadLetterTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task Dead_letters_are_listed_shown_redriven_and_purged()
    {
        await KillAsync("orders", "billing", "a:1\nb:2\nc:3\n");

        var listed = (await silo.Oq.DoneAsync("dead", "list", "orders", "--group", "billing", "--json")).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["a", "b", "c"], listed.Select(letter => letter.GetProperty("key").GetString()));
        Assert.Equal([0, 1, 2], listed.Select(letter => letter.GetProperty("offset").GetInt32()));
        Assert.All(listed, letter => Assert.Equal(("orders", 0, 1, "no good"), (
            letter.GetProperty("topic").GetString(), letter.GetProperty("partition").GetInt32(), letter.GetProperty("attempts").GetInt32(), letter.GetProperty("reason").GetString())));
        var ids = listed.Select(letter => letter.GetProperty("id").GetString()!).ToList();
        var lines = await silo.Oq.DoneAsync("dead", "list", "orders", "--group", "billing");
        Assert.Equal(3, lines.Count);
        Assert.Matches($"^{ids[1]}: orders/0 offset 1, key b, attempts 1, .*Z, reason no good$", lines[1]);

        var shown = JsonDocument.Parse(Assert.Single(await silo.Oq.DoneAsync("dead", "show", "orders", "--group", "billing", "--id", ids[1], "--json"))).RootElement;
        Assert.Equal(("2", ids[1]), (shown.GetProperty("value").GetString(), shown.GetProperty("id").GetString()));
        Assert.Equal("no good", shown.GetProperty("headers").GetProperty("oq-dead-reason").GetString());
        Assert.Contains("value: 2", await silo.Oq.DoneAsync("dead", "show", "orders", "--group", "billing", "--id", ids[1]));

        Assert.Equal(["1 redriven"], await silo.Oq.DoneAsync("dead", "redrive", "orders", "--group", "billing", "--id", ids[0]));
        Assert.Equal(["1"], await silo.Oq.DoneAsync("consume", "orders", "--group", "billing", "--max", "1"));
        await EndsAsync(1, "no dead letter", "dead", "redrive", "orders", "--group", "billing", "--id", ids[0]);
        await EndsAsync(1, "no dead letter", "dead", "show", "orders", "--group", "billing", "--id", ids[0]);
        Assert.Equal(["""{"purged":2}"""], await silo.Oq.DoneAsync("dead", "purge", "orders", "--group", "billing", "--yes", "--json"));
        Assert.Empty(await silo.Oq.DoneAsync("dead", "list", "orders", "--group", "billing"));
        Assert.Equal(["""{"redriven":0}"""], await silo.Oq.DoneAsync("dead", "redrive", "orders", "--group", "billing", "--all", "--json"));
    }

    [Fact]
    public async Task All_are_redriven_to_the_group_alone_or_to_the_topic_for_everybody()
    {
        await KillAsync("shared", "own", "k:1\nk:2\n");
        await KillAsync("public", "loud", "k:1\n");

        Assert.Equal(["2 redriven"], await silo.Oq.DoneAsync("dead", "redrive", "shared", "--group", "own", "--all"));
        Assert.Equal(["1", "2"], await silo.Oq.DoneAsync("consume", "shared", "--group", "own", "--max", "2"));
        Assert.Equal(["1", "2"], await silo.Oq.DoneAsync("consume", "shared", "--from-beginning", "--idle", "1s"));

        Assert.Equal(["""{"redriven":1}"""], await silo.Oq.DoneAsync("dead", "redrive", "public", "--group", "loud", "--all", "--to-topic", "--json"));
        Assert.Equal(["1", "1"], await silo.Oq.DoneAsync("consume", "public", "--from-beginning", "--idle", "1s"));
        Assert.Empty(await silo.Oq.DoneAsync("dead", "list", "public", "--group", "loud"));
    }

    [Fact]
    public async Task What_stream_groups_cannot_do_is_1_with_one_line_that_says_why()
    {
        await CreateAsync("flow", "k:1\n", "stream", "flowing");

        Assert.Empty(await silo.Oq.DoneAsync("dead", "list", "flow", "--group", "flowing"));
        await EndsAsync(1, "stream group", "dead", "redrive", "flow", "--group", "flowing", "--all");
        await EndsAsync(1, "stream group", "dead", "purge", "flow", "--group", "flowing", "--yes");
        Assert.Equal(["0 redriven"], await silo.Oq.DoneAsync("dead", "redrive", "flow", "--group", "flowing", "--all", "--to-topic"));
        await EndsAsync(1, "no dead letter", "dead", "show", "flow", "--group", "flowing", "--id", "0-0");
        await EndsAsync(1, "", "dead", "list", "flow", "--group", "nobody");
        await EndsAsync(1, "", "dead", "list", "nothing", "--group", "flowing");
        await EndsAsync(2, "either --id or --all", "dead", "redrive", "flow", "--group", "flowing");
        await EndsAsync(2, "--yes", "dead", "purge", "flow", "--group", "flowing");
    }

    /// <summary>Messages of a topic that a queue group rejected.</summary>
    private async Task KillAsync(string topic, string group, string lines)
    {
        await CreateAsync(topic, lines, "queue", group);
        await using var connection = await BrokerConnection.OpenAsync(silo.Silo);
        var partition = await connection.Client.OpenQueuePartitionAsync(group, topic, new Partition(0));
        var batch = await partition.LeaseBatchAsync();
        var rejected = batch.SettleAll(SettlementKind.DeadLetter).Select(static settlement => settlement with { Reason = "no good" }).ToList();
        Assert.Empty(await partition.SettleAsync(rejected));

        // The broker puts them aside in its own time.
        var count = lines.Count(static c => c == '\n');
        while ((await connection.Client.DeadLetters.ListAsync(group, topic).CountAsync()) < count)
        {
            Assert.NotNull(await connection.Client.Groups.DescribeAsync(group));
        }
    }

    private async Task CreateAsync(string topic, string lines, string kind, string group)
    {
        await silo.Oq.DoneAsync("topic", "create", topic, "--partitions", "1");
        await silo.Oq.DoneAsync("group", "create", group, "--topic", topic, "--kind", kind);
        await silo.Oq.FedAsync(lines, "produce", topic, "--key-separator", ":");
    }

    private async Task EndsAsync(int code, string why, params string[] arguments)
    {
        var result = await silo.Oq.RunAsync(arguments);
        Assert.True(result.ExitCode == code, $"{string.Join(' ', arguments)} ended with {result.ExitCode}.");
        Assert.Contains(why, result.ErrorLine, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Out);
    }
}
