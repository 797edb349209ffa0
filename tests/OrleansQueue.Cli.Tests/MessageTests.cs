using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Processes;

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

        // One that a message could not hold with its header, and one that is not even kept.
        foreach (var size in new[] { 1 << 20, 8 << 20 })
        {
            var result = await silo.Oq.FeedAsync($"one\n{new string('x', size)}\nthree\n", "produce", "limits", "--receipts", "--header", "h=v");

            Assert.Equal(1, result.ExitCode);
            Assert.StartsWith("line 2: Nothing was stored: ", result.ErrorLine, StringComparison.Ordinal);
            Assert.Equal([1, 3], Parse(result.Out).Select(receipt => receipt.GetProperty("line").GetInt32()));
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_arrive_as_they_were_given()
    {
        await CreateAsync("raw", 1);

        var published = await silo.Oq.FeedAsync([0xFE, (byte)':', 0xFF, 0x00, (byte)'\r', 0x80, (byte)'\n'], "produce", "raw", "--key-separator", ":");

        Assert.Equal(0, published.ExitCode);
        var message = Assert.Single(Parse(await silo.Oq.DoneAsync("consume", "raw", "--from-beginning", "--max", "1", "--json")));
        Assert.Equal([0xFE], message.GetProperty("key_base64").GetBytesFromBase64());
        Assert.Equal([0xFF, 0x00, 0x0D, 0x80], message.GetProperty("value_base64").GetBytesFromBase64());
    }

    [Fact]
    public async Task Ctrl_C_ends_a_producer_with_0_and_with_1_where_a_line_had_failed()
    {
        await CreateAsync("stopped", 1);
        Assert.Equal(0, await StopAsync("one\n"));
        Assert.Equal(1, await StopAsync($"{new string('k', (64 << 10) + 1)}:refused\none\n"));

        async Task<int> StopAsync(string lines)
        {
            await using var producer = silo.Oq.Start(["produce", "stopped", "--receipts", "--key-separator", ":"]);
            await producer.Input.WriteAsync(Encoding.UTF8.GetBytes(lines));
            await producer.Input.FlushAsync();
            await producer.Out.BeginningAsync($"{{\"line\":{lines.Count(c => c == '\n')},");
            await producer.SignalAsync("INT");
            return await producer.EndAsync();
        }
    }

    [Fact]
    public async Task A_batch_in_a_codec_that_cannot_be_opened_is_1_with_one_line()
    {
        await silo.Oq.DoneAsync("topic", "create", "foreign", "--partitions", "1", "--foreign-codecs", "accept");
        await using (var connection = await BrokerConnection.OpenAsync(silo.Silo))
        {
            var topic = await connection.Broker.FindTopicAsync("foreign", CancellationToken.None);
            Assert.IsType<ProduceResult.Appended>(await connection.Broker.ProduceAsync(topic!.Id, new Partition(0), InSnappy(), CancellationToken.None));
        }

        var result = await silo.Oq.RunAsync("consume", "foreign", "--from-beginning", "--max", "1");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("compression is 2", result.ErrorLine, StringComparison.Ordinal);
        var told = await silo.Oq.RunAsync("consume", "foreign", "--from-beginning", "--max", "1", "--details");
        Assert.Equal(1, told.ExitCode);
        Assert.Contains(told.Error, line => line.Contains("InvalidBatchException", StringComparison.Ordinal));

        // A batch that says that it is in Snappy: where its attributes are, and the CRC of what lies from there on, docs/formats/batch.md tells.
        static byte[] InSnappy()
        {
            var builder = new RecordBatchBuilder();
            builder.Append(new Timestamp(1), NullableBytes.Null, "value"u8);
            var batch = builder.Build(ProducerStamp.None).ToArray();
            BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(21), (short)BatchCompression.Snappy);
            BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));
            return batch;
        }
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
