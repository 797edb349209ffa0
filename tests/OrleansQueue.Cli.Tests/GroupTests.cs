using System.Text.Json;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq group</c> and <c>oq consume --group</c> on a silo.</summary>
public sealed class GroupTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task A_group_is_created_listed_described_and_deleted()
    {
        await FillAsync("whole", 3);

        Assert.Equal("""{"group":"crew","kind":"stream"}""", Assert.Single(await silo.Oq.DoneAsync("group", "create", "crew", "--topic", "whole", "--kind", "stream", "--json")));
        Assert.Contains("crew: stream", await silo.Oq.DoneAsync("group", "list"));
        var described = await DescribeAsync("crew");
        Assert.Equal("""{"group":"crew","kind":"stream","generation":1,"paused":false,"ephemeral":false,"members":[]}""", described[0].GetRawText());
        Assert.Equal((0, 3, 3), (Number(described[1], "committed"), Number(described[1], "end"), Number(described[1], "lag")));
        Assert.True(described[1].GetProperty("lag_seconds").GetDouble() >= 0);
        Assert.Equal(JsonValueKind.Null, described[1].GetProperty("owner").ValueKind);

        Assert.Empty(await silo.Oq.DoneAsync("group", "delete", "crew", "--yes"));
        Assert.DoesNotContain("crew: stream", await silo.Oq.DoneAsync("group", "list"));
    }

    [Fact]
    public async Task A_group_goes_on_where_it_stopped_and_leaves_no_member_behind()
    {
        await FillAsync("shared", 5);

        Assert.Equal(["1", "2"], await silo.Oq.DoneAsync("consume", "shared", "--group", "readers", "--max", "2"));
        var described = await DescribeAsync("readers");
        Assert.Equal(0, described[0].GetProperty("members").GetArrayLength());
        Assert.Equal(2, Number(described[1], "committed"));
        Assert.Equal(["3", "4", "5"], await silo.Oq.DoneAsync("consume", "shared", "--group", "readers", "--max", "3"));
        Assert.Equal(0, Number((await DescribeAsync("readers"))[1], "lag"));
        Assert.Empty(await silo.Oq.DoneAsync("consume", "shared", "--group", "readers", "--idle", "1s"));
    }

    [Fact]
    public async Task A_group_that_is_killed_skips_nothing()
    {
        await FillAsync("killed", 100);
        await using (var consumer = silo.Oq.Start(["consume", "killed", "--group", "victims"]))
        {
            await consumer.Out.BeginningAsync("100");
            await consumer.KillAsync();
        }

        // What was committed is not known, but it is not more than was printed; the dead member's session ends by itself.
        var committed = Number((await DescribeAsync("victims"))[1], "committed");
        Assert.InRange(committed, 0, 100);
        await FillAsync("killed", 1);
        var rest = await silo.Oq.DoneAsync("consume", "killed", "--group", "victims", "--max", $"{101 - committed}");
        Assert.Equal(Enumerable.Range((int)committed + 1, 100 - (int)committed).Append(1).Select(number => $"{number}"), rest);
    }

    [Fact]
    public async Task A_reset_is_shown_before_it_is_done()
    {
        await FillAsync("moved", 4);
        await silo.Oq.DoneAsync("consume", "moved", "--group", "movers", "--max", "4");

        Assert.Equal(["moved/0: 4 -> 1"], await silo.Oq.DoneAsync("group", "reset", "movers", "--topic", "moved", "--to", "offset:1", "--dry-run"));
        Assert.Equal(4, Number((await DescribeAsync("movers"))[1], "committed"));
        Assert.Equal(["""{"topic":"moved","partition":0,"from":4,"to":1}"""], await silo.Oq.DoneAsync("group", "reset", "movers", "--topic", "moved", "--to", "offset:1", "--json"));
        Assert.Equal(["2", "3", "4"], await silo.Oq.DoneAsync("consume", "moved", "--group", "movers", "--max", "3"));
        Assert.Equal(["moved/0: 4 -> 4"], await silo.Oq.DoneAsync("group", "reset", "movers", "--topic", "moved", "--to", "latest"));
        Assert.Equal(["moved/0: 4 -> 0"], await silo.Oq.DoneAsync("group", "reset", "movers", "--topic", "moved", "--to", "time:2020-01-31T12:00:00Z"));
    }

    [Fact]
    public async Task A_paused_group_gets_nothing_until_it_is_resumed()
    {
        await FillAsync("held", 2);
        await silo.Oq.DoneAsync("group", "create", "holders", "--topic", "held", "--kind", "stream");
        await silo.Oq.DoneAsync("group", "pause", "holders");
        await using var consumer = silo.Oq.Start(["consume", "held", "--group", "holders", "--max", "2"]);
        while ((await DescribeAsync("holders"))[1].GetProperty("owner").ValueKind == JsonValueKind.Null)
        {
            Assert.True(consumer.IsRunning);
        }

        Assert.Empty(consumer.Out.All);
        await silo.Oq.DoneAsync("group", "resume", "holders");

        Assert.Equal(0, await consumer.EndAsync());
        Assert.Equal(["1", "2"], consumer.Out.All);
    }

    [Fact]
    public async Task What_is_refused_is_1_with_one_line_that_says_why()
    {
        await FillAsync("strict", 1);
        await silo.Oq.DoneAsync("group", "create", "there", "--topic", "strict", "--kind", "stream");

        await EndsAsync(1, "there already", "group", "create", "there", "--topic", "strict", "--kind", "stream");
        await EndsAsync(1, "no topic", "group", "create", "lost", "--topic", "missing", "--kind", "stream");
        await EndsAsync(1, "allowed is", "group", "create", "bad\u0007name", "--topic", "strict", "--kind", "stream");
        await EndsAsync(1, "no group", "group", "describe", "missing");
        await EndsAsync(1, "no group", "group", "pause", "missing");
        await EndsAsync(1, "no group", "group", "delete", "missing", "--yes");
        await EndsAsync(1, "no topic", "group", "reset", "there", "--topic", "missing", "--to", "earliest");
        await EndsAsync(1, "the end of the partition", "group", "reset", "there", "--topic", "strict", "--to", "offset:2");
        await EndsAsync(2, "--yes", "group", "delete", "there");
        await EndsAsync(2, "allowed is", "group", "reset", "there", "--topic", "strict", "--to", "yesterday");
        await EndsAsync(2, "oq group reset", "consume", "strict", "--group", "there", "--offset", "1", "--partition", "0");
        await EndsAsync(2, "oq group reset", "consume", "strict", "--group", "there", "--partition", "0");
    }

    private static long Number(JsonElement line, string name) => line.GetProperty(name).GetInt64();

    private async Task FillAsync(string topic, int messages)
    {
        _ = await silo.Oq.RunAsync("topic", "create", topic, "--partitions", "1");
        await silo.Oq.FedAsync(string.Concat(Enumerable.Range(1, messages).Select(number => $"{number}\n")), "produce", topic);
    }

    private async Task<JsonElement[]> DescribeAsync(string group) =>
        [.. (await silo.Oq.DoneAsync("group", "describe", group, "--json")).Select(line => JsonDocument.Parse(line).RootElement)];

    private async Task EndsAsync(int code, string why, params string[] arguments)
    {
        var result = await silo.Oq.RunAsync(arguments);
        Assert.True(result.ExitCode == code, $"{string.Join(' ', arguments)} ended with {result.ExitCode}.");
        Assert.Contains(why, result.ErrorLine, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(result.Out);
    }
}
