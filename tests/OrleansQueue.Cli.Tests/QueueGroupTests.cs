using System.Diagnostics;
using System.Text.Json;
using OrleansQueue.Broker;
using OrleansQueue.Processes;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq group</c> and <c>oq consume --group</c> of queue groups on a silo.</summary>
public sealed class QueueGroupTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task A_queue_group_is_created_listed_described_reset_and_deleted()
    {
        await FillAsync("whole", 3);
        string[] create =
        [
            "group", "create", "crew", "--topic", "whole", "--kind", "queue", "--lease", "10s", "--max-deliveries", "3", "--backoff", "2s", "--max-backoff", "1m",
            "--ordered-by-key", "--park-keys", "--tenant-header", "oq-tenant",
        ];

        Assert.Equal("""{"group":"crew","kind":"queue"}""", Assert.Single(await silo.Oq.DoneAsync([.. create, "--json"])));
        Assert.Contains("crew: queue", await silo.Oq.DoneAsync("group", "list"));
        await using (var connection = await BrokerConnection.OpenAsync(silo.Silo))
        {
            var settings = (await connection.Broker.FindGroupAsync("crew", CancellationToken.None))!.Settings.Queue;
            Assert.Equal((TimeSpan.FromSeconds(10), 3, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), true), (settings.Lease, settings.MaxDeliveries, settings.Backoff, settings.MaxBackoff, settings.OrderedByKey));
            Assert.Equal((true, "oq-tenant", new BreakerSettings()), (settings.ParkKeys, settings.TenantHeader, settings.Breaker));
        }

        Assert.Equal(["1"], await silo.Oq.DoneAsync("consume", "whole", "--group", "crew", "--max", "1"));
        var described = await DescribeAsync("crew");
        Assert.Equal("queue", described[0].GetProperty("kind").GetString());
        Assert.Equal(0, described[0].GetProperty("members").GetArrayLength());
        Assert.Equal("""{"topic":"whole","partition":0,"available":2,"leased":0,"delayed":0,"dead":0,"parked_keys":0,"finished":1,"end":3}""", described[1].GetRawText());
        Assert.Contains("  whole/0: available 2, leased 0, delayed 0, dead 0", await silo.Oq.DoneAsync("group", "describe", "crew"));

        Assert.Equal(["whole/0: 1 -> 3"], await silo.Oq.DoneAsync("group", "reset", "crew", "--topic", "whole", "--to", "latest", "--dry-run"));
        Assert.Equal(2, Number((await DescribeAsync("crew"))[1], "available"));
        Assert.Equal(["whole/0: 1 -> 3"], await silo.Oq.DoneAsync("group", "reset", "crew", "--topic", "whole", "--to", "latest"));
        Assert.Equal(0, Number((await DescribeAsync("crew"))[1], "available"));
        Assert.Equal(["""{"topic":"whole","partition":0,"from":3,"to":1}"""], await silo.Oq.DoneAsync("group", "reset", "crew", "--topic", "whole", "--to", "offset:1", "--json"));
        Assert.Equal(["2"], await silo.Oq.DoneAsync("consume", "whole", "--group", "crew", "--max", "1"));
        Assert.Equal(["whole/0: 2 -> 0"], await silo.Oq.DoneAsync("group", "reset", "crew", "--topic", "whole", "--to", "time:2020-01-31T12:00:00Z"));
        Assert.Equal(["whole/0: 0 -> 0"], await silo.Oq.DoneAsync("group", "reset", "crew", "--topic", "whole", "--to", "earliest"));
        Assert.Equal(3, Number((await DescribeAsync("crew"))[1], "available"));

        Assert.Empty(await silo.Oq.DoneAsync("group", "delete", "crew", "--yes"));
        Assert.DoesNotContain("crew: queue", await silo.Oq.DoneAsync("group", "list"));
    }

    [Fact]
    public async Task Messages_are_completed_once_they_are_written_and_what_was_leased_beyond_is_released()
    {
        await FillAsync("jobs", 600, "workers");

        var first = await silo.Oq.DoneAsync("consume", "jobs", "--group", "workers", "--max", "2", "--json");

        Assert.Equal(["1", "2"], first.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("value").GetString()));
        Assert.All(first, line => Assert.EndsWith("\"delivery_count\":1}", line, StringComparison.Ordinal));
        Assert.Equal((598, 0), await StandsAsync("workers"));
        var rest = await silo.Oq.DoneAsync("consume", "jobs", "--group", "workers", "--idle", "2s");
        Assert.Equal(Enumerable.Range(3, 598).Select(number => $"{number}"), rest);
        Assert.Equal((0, 0), await StandsAsync("workers"));
    }

    [Fact]
    public async Task Ctrl_C_ends_with_0_and_nothing_stays_leased()
    {
        await FillAsync("live", 1, "stoppable");
        await using var consumer = silo.Oq.Start(["consume", "live", "--group", "stoppable"]);
        await consumer.Out.BeginningAsync("1");

        await consumer.SignalAsync("INT");

        Assert.Equal(0, await consumer.EndAsync());
        Assert.Equal(["1"], consumer.Out.All);
        Assert.Empty(consumer.Error.All);
        Assert.Equal((0, 0), await StandsAsync("stoppable"));
        Assert.Equal(0, (await DescribeAsync("stoppable"))[0].GetProperty("members").GetArrayLength());
    }

    [Fact]
    public async Task A_broken_pipe_is_1_and_the_messages_come_again()
    {
        await FillAsync("piped", 20, "plumbers");
        var oq = $"dotnet '{BuiltPrograms.Oq}' consume piped --group plumbers --cluster {silo.Silo.Cluster}";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"{{ {oq}; echo $? >&2; }} | true"]) { RedirectStandardError = true })!;

        var said = await shell.StandardError.ReadToEndAsync().WaitAsync(Patience.Long);

        Assert.Equal(["Broken pipe", "1"], said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(" : ")[0]));
        Assert.Equal((20, 0), await StandsAsync("plumbers"));
        var again = await silo.Oq.DoneAsync("consume", "piped", "--group", "plumbers", "--max", "20", "--json");
        Assert.All(again, line => Assert.EndsWith("\"delivery_count\":1}", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_member_that_is_killed_leaves_what_it_had_not_completed_to_others()
    {
        await FillAsync("killed", 200, "victims", "--lease", "1s");
        await using (var consumer = silo.Oq.Start(["consume", "killed", "--group", "victims"]))
        {
            await consumer.Out.BeginningAsync("20");
            await consumer.KillAsync();
            var rest = await silo.Oq.DoneAsync("consume", "killed", "--group", "victims", "--idle", "10s");

            // What was printed and not yet told to be completed is printed again, and nothing is missing.
            Assert.Equal(Enumerable.Range(1, 200), consumer.Out.All.Concat(rest).Select(int.Parse).Distinct().Order());
        }

        Assert.Equal((0, 0), await StandsAsync("victims"));
    }

    [Fact]
    public async Task A_peek_shows_what_is_not_finished_and_leases_nothing()
    {
        await FillAsync("seen", 3, "watchers");
        await silo.Oq.DoneAsync("consume", "seen", "--group", "watchers", "--max", "1");

        Assert.Equal(["2", "3"], await silo.Oq.DoneAsync("consume", "seen", "--group", "watchers", "--peek", "--max", "2"));
        Assert.Equal(["2", "3"], await silo.Oq.DoneAsync("consume", "seen", "--group", "watchers", "--peek", "--idle", "1s"));
        Assert.Equal((2, 0), await StandsAsync("watchers"));
        Assert.Contains("\"delivery_count\":1}", Assert.Single(await silo.Oq.DoneAsync("consume", "seen", "--group", "watchers", "--max", "1", "--json")), StringComparison.Ordinal);

        var missing = await silo.Oq.RunAsync("consume", "seen", "--group", "nobody", "--peek", "--max", "1");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("no group", missing.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain(await silo.Oq.DoneAsync("group", "list"), line => line.StartsWith("nobody", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peek_of_a_stream_group_commits_nothing()
    {
        await FillAsync("streamed", 2);
        await silo.Oq.DoneAsync("group", "create", "readers", "--topic", "streamed", "--kind", "stream");

        Assert.Equal(["1", "2"], await silo.Oq.DoneAsync("consume", "streamed", "--group", "readers", "--peek", "--max", "2"));
        Assert.Equal(0, Number((await DescribeAsync("readers"))[1], "committed"));
    }

    [Fact]
    public async Task An_unknown_group_is_created_as_stream()
    {
        await FillAsync("fresh", 1);

        Assert.Equal(["1"], await silo.Oq.DoneAsync("consume", "fresh", "--group", "newcomers", "--max", "1"));
        Assert.Contains("newcomers: stream", await silo.Oq.DoneAsync("group", "list"));
    }

    [Fact]
    public async Task A_paused_queue_group_gets_nothing_until_it_is_resumed()
    {
        await FillAsync("held", 2, "holders");
        await silo.Oq.DoneAsync("group", "pause", "holders");

        Assert.Empty(await silo.Oq.DoneAsync("consume", "held", "--group", "holders", "--idle", "1s"));
        var described = (await DescribeAsync("holders"))[0];
        Assert.True(described.GetProperty("paused").GetBoolean());
        Assert.Equal(JsonValueKind.Null, described.GetProperty("paused_until").ValueKind);
        await silo.Oq.DoneAsync("group", "resume", "holders");
        Assert.Equal(["1", "2"], await silo.Oq.DoneAsync("consume", "held", "--group", "holders", "--max", "2"));
    }

    [Fact]
    public async Task Tombstones_and_values_that_are_no_text_are_messages_like_others()
    {
        await FillAsync("odd", 0, "oddities");
        await silo.Oq.FeedAsync([(byte)'k', (byte)':', (byte)'N', (byte)'\n', (byte)'k', (byte)':', 0xFF, (byte)'\n'], "produce", "odd", "--key-separator", ":", "--null-marker", "N");

        var lines = await silo.Oq.DoneAsync("consume", "odd", "--group", "oddities", "--max", "2", "--json");

        Assert.Contains("\"value\":null", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"value_base64\":\"/w==\"", lines[1], StringComparison.Ordinal);
    }

    private static long Number(JsonElement line, string name) => line.GetProperty(name).GetInt64();

    /// <summary>A topic of one partition with numbered messages, and a queue group that begins at its first.</summary>
    private async Task FillAsync(string topic, int messages, string? group = null, params string[] options)
    {
        await silo.Oq.DoneAsync("topic", "create", topic, "--partitions", "1");
        if (messages != 0)
        {
            await silo.Oq.FedAsync(string.Concat(Enumerable.Range(1, messages).Select(number => $"{number}\n")), "produce", topic);
        }

        if (group is not null)
        {
            await silo.Oq.DoneAsync(["group", "create", group, "--topic", topic, "--kind", "queue", .. options]);
        }
    }

    private async Task<(long Available, long Leased)> StandsAsync(string group)
    {
        var partition = (await DescribeAsync(group))[1];
        return (Number(partition, "available"), Number(partition, "leased"));
    }

    private async Task<JsonElement[]> DescribeAsync(string group) =>
        [.. (await silo.Oq.DoneAsync("group", "describe", group, "--json")).Select(line => JsonDocument.Parse(line).RootElement)];
}
