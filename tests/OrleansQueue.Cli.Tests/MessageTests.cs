using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OrleansQueue.Cli.Tests;

/// <summary><c>oq produce</c> and <c>oq consume</c> on a silo.</summary>
public sealed class MessageTests(SharedSilo silo) : IClassFixture<SharedSilo>
{
    [Fact]
    public async Task Each_line_has_its_receipt_in_the_order_of_the_input()
    {
        await CreateAsync("receipts", 1);

        var receipts = await silo.Oq.FedAsync("one\ntwo\nthree", "produce", "receipts", "--receipts");

        Assert.Equal(
        [
            """{"line":1,"partition":0,"offset":0,"durability":"fsync","duplicate":false}""",
            """{"line":2,"partition":0,"offset":1,"durability":"fsync","duplicate":false}""",
            """{"line":3,"partition":0,"offset":2,"durability":"fsync","duplicate":false}""",
        ], receipts);
        Assert.Equal(["one", "two", "three"], await silo.Oq.DoneAsync("consume", "receipts", "--from-beginning", "--max", "3"));
    }

    [Fact]
    public async Task Keys_headers_and_tombstones_arrive_as_they_were_given()
    {
        await CreateAsync("whole", 1);

        Assert.Empty(await silo.Oq.FedAsync("a=>1\nb=>NONE\nno key\n", "produce", "whole", "--key-separator", "=>", "--null-marker", "NONE", "--header", "h=x=y", "--header", "empty="));

        var messages = Parse(await silo.Oq.DoneAsync("consume", "whole", "--from-beginning", "--max", "3", "--json"));
        Assert.Equal(["a", "b", null], messages.Select(message => message.GetProperty("key").GetString()));
        Assert.Equal(["1", null, "no key"], messages.Select(message => message.GetProperty("value").GetString()));
        Assert.All(messages, message => Assert.Equal("""{"h":"x=y","empty":""}""", message.GetProperty("headers").GetRawText()));
        Assert.All(messages, message => Assert.Equal(1, message.GetProperty("delivery_count").GetInt32()));
    }

    [Fact]
    public async Task A_message_whose_time_to_live_is_over_is_passed_over()
    {
        await CreateAsync("brief", 1);
        await silo.Oq.FedAsync("gone\n", "produce", "brief", "--ttl", "1ms");
        await silo.Oq.FedAsync("stays\n", "produce", "brief", "--ttl", "1h");

        Assert.Equal(["stays"], await silo.Oq.DoneAsync("consume", "brief", "--from-beginning", "--max", "1"));
    }

    [Fact]
    public async Task A_line_that_is_refused_is_named_and_the_others_are_published()
    {
        await CreateAsync("limits", 1);

        var result = await silo.Oq.FeedAsync($"one\n{new string('x', (1 << 20) + 1)}\nthree\n", "produce", "limits", "--receipts");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("line 2: ", result.ErrorLine, StringComparison.Ordinal);
        Assert.Equal([1, 3], Parse(result.Out).Select(receipt => receipt.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Reading_begins_where_it_is_told_to()
    {
        await CreateAsync("places", 2);
        var receipts = Parse(await silo.Oq.FedAsync("k=one\nk=two\nk=three\n", "produce", "places", "--key-separator", "=", "--receipts"));
        var partition = receipts[0].GetProperty("partition").GetRawText();
        var last = Parse(await silo.Oq.DoneAsync("consume", "places", "--partition", partition, "--offset", "2", "--max", "1", "--json"))[0];
        Assert.Equal("three", last.GetProperty("value").GetString());
        Assert.Equal(["two", "three"], await silo.Oq.DoneAsync("consume", "places", "--partition", partition, "--offset", "1", "--max", "2"));
        Assert.Equal(["one", "two", "three"], await silo.Oq.DoneAsync("consume", "places", "--at", "2020-01-31T12:00:00Z", "--max", "3"));

        var after = last.GetProperty("timestamp").GetDateTimeOffset().AddMilliseconds(1).ToString("O", CultureInfo.InvariantCulture);
        Assert.Empty(await silo.Oq.DoneAsync("consume", "places", "--at", after, "--idle", "1s"));
        Assert.Empty(await silo.Oq.DoneAsync("consume", "places", "--idle", "1s"));
        var other = partition == "0" ? "1" : "0";
        Assert.Empty(await silo.Oq.DoneAsync("consume", "places", "--from-beginning", "--partition", other, "--idle", "1s"));
    }

    [Fact]
    public async Task Values_are_printed_byte_by_byte_and_as_base64_where_they_are_no_text()
    {
        await CreateAsync("bytes", 1);
        var published = await silo.Oq.FeedAsync("é <&>\n"u8.ToArray(), "produce", "bytes");
        Assert.Equal(0, published.ExitCode);

        Assert.Equal("é <&>", Assert.Single(await silo.Oq.DoneAsync("consume", "bytes", "--from-beginning", "--max", "1")));
        Assert.Contains("\"value\":\"é <&>\"", Assert.Single(await silo.Oq.DoneAsync("consume", "bytes", "--from-beginning", "--max", "1", "--json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_consumer_with_0_after_what_came_was_printed()
    {
        await CreateAsync("live", 1);
        await silo.Oq.FedAsync("one\n", "produce", "live");
        await using var consumer = silo.Oq.Start(["consume", "live", "--from-beginning"]);
        await consumer.Out.BeginningAsync("one");
        await silo.Oq.FedAsync("two\n", "produce", "live");
        await consumer.Out.BeginningAsync("two");
        Assert.True(consumer.IsRunning);

        await consumer.SignalAsync("INT");

        Assert.Equal(0, await consumer.EndAsync());
        Assert.Equal(["one", "two"], consumer.Out.All);
        Assert.Empty(consumer.Error.All);
    }

    [Fact]
    public async Task A_line_is_acknowledged_while_the_input_is_still_open()
    {
        await CreateAsync("slow", 1);
        await using var producer = silo.Oq.Start(["produce", "slow", "--receipts"]);
        await producer.Input.WriteAsync(Encoding.UTF8.GetBytes("one\n"));
        await producer.Input.FlushAsync();

        await producer.Out.BeginningAsync("{\"line\":1,");

        Assert.True(producer.IsRunning);
        producer.Input.Close();
        Assert.Equal(0, await producer.EndAsync());
    }

    private static JsonElement[] Parse(IReadOnlyList<string> lines) => [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];

    private async Task CreateAsync(string topic, int partitions) => await silo.Oq.DoneAsync("topic", "create", topic, "--partitions", $"{partitions}");
}
