using System.Text.Json;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq bench</c>: small runs, for what they print and not for how fast they are.</summary>
public sealed class BenchTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task Publish_and_consume_print_one_object_with_all_fields_and_verify_every_message()
    {
        await CheckAsync("publish", "--producers", "2");
        await CheckAsync("consume");
        await CheckAsync("latency", "--rate", "10000");
    }

    [Fact]
    public async Task Queue_leases_and_settles_every_message_and_leaves_no_group_behind()
    {
        var plain = await CheckAsync("queue", "--prefetch", "50");
        Assert.Equal((50, 0), (plain.GetProperty("prefetch").GetInt32(), plain.GetProperty("keys").GetInt32()));

        string[] ordered = ["bench", "queue", "--topic", "bench-keys", "--messages", "3000", "--size", "100B", "--durability", "os", "--ordered-by-key", "--keys", "7"];
        Assert.Equal(7, JsonDocument.Parse(Assert.Single(await silo.Oq.DoneAsync(ordered))).RootElement.GetProperty("keys").GetInt32());
        Assert.DoesNotContain(await silo.Oq.DoneAsync("group", "list"), line => line.StartsWith("bench-queue", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queue_says_which_message_was_not_published_by_it()
    {
        await silo.Oq.DoneAsync("topic", "create", "alien", "--partitions", "1");
        await silo.Oq.FedAsync("not ours\n", "produce", "alien");

        var result = await silo.Oq.RunAsync("bench", "queue", "--topic", "alien", "--messages", "1", "--size", "100B");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("offset 0: this is no message of 100 bytes", result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("\"verified\":false", Assert.Single(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consume_publishes_first_what_the_topic_lacks()
    {
        var result = await silo.Oq.RunAsync("bench", "consume", "--topic", "lacks", "--messages", "1000", "--size", "100");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("lacks 1000 messages", result.ErrorLine, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(Assert.Single(result.Out)).RootElement.GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Messages_of_another_size_have_another_topic_unless_one_is_named()
    {
        await silo.Oq.DoneAsync("bench", "publish", "--messages", "100");
        await silo.Oq.DoneAsync("bench", "publish", "--messages", "100", "--size", "100B");

        Assert.Contains("\"verified\":true", Assert.Single(await silo.Oq.DoneAsync("bench", "consume", "--messages", "100", "--size", "100B")), StringComparison.Ordinal);
        Assert.Contains("\"verified\":true", Assert.Single(await silo.Oq.DoneAsync("bench", "consume", "--messages", "100")), StringComparison.Ordinal);
        var result = await silo.Oq.RunAsync("bench", "consume", "--messages", "100", "--size", "200B", "--topic", "bench-100B-4p-fsync");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no message of 200 bytes", result.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("\"verified\":false", Assert.Single(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_not_as_it_is_asked_for_is_not_measured()
    {
        await silo.Oq.DoneAsync("topic", "create", "other", "--partitions", "2", "--durability", "os");

        foreach (var (option, value) in new[] { ("--durability", "fsync"), ("--partitions", "4") })
        {
            var result = await silo.Oq.RunAsync("bench", "publish", "--topic", "other", "--messages", "100", option, value);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(option, result.ErrorLine, StringComparison.Ordinal);
            Assert.Empty(result.Out);
        }

        Assert.Contains("\"durability\":\"os\"", Assert.Single(await silo.Oq.DoneAsync("bench", "publish", "--topic", "other", "--messages", "100")), StringComparison.Ordinal);
    }

    private async Task<JsonElement> CheckAsync(string work, params string[] more)
    {
        string[] arguments = ["bench", work, "--topic", "bench-os", "--messages", "5000", "--size", "200B", "--partitions", "2", "--durability", "os", .. more];
        var report = JsonDocument.Parse(Assert.Single(await silo.Oq.DoneAsync(arguments))).RootElement;

        Assert.Equal(work, report.GetProperty("work").GetString());
        Assert.Equal(5_000, report.GetProperty("messages").GetInt64());
        Assert.Equal(200, report.GetProperty("size").GetInt32());
        Assert.Equal("os", report.GetProperty("durability").GetString());
        Assert.Equal(2, report.GetProperty("warmup_s").GetInt32());
        Assert.True(report.GetProperty("verified").GetBoolean());
        Assert.All(["seconds", "per_second", "mb_per_second", "p50_ms", "p99_ms", "max_ms"], name => Assert.True(report.GetProperty(name).GetDouble() >= 0));
        Assert.True(report.GetProperty("max_ms").GetDouble() >= report.GetProperty("p99_ms").GetDouble());
        return report;
    }
}
