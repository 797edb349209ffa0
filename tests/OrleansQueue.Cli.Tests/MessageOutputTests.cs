using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Cli.Commands;
using OrleansQueue.Client;
using OrleansQueue.Testing;
using OrleansQueue.Topics;

namespace OrleansQueue.Cli.Tests;

/// <summary>How messages are printed.</summary>
public sealed class MessageOutputTests
{
    private static readonly byte[] NotUtf8 = [0xFF, 0xFE, 0x00];

    [Fact]
    public async Task A_message_is_one_object_with_everything_in_it()
    {
        var line = await PrintAsync(true, "a"u8.ToArray(), Encoding.UTF8.GetBytes("1 <é> \"x\""), new MessageHeader("h", "v"), new MessageHeader("none", (string?)null));

        Assert.StartsWith("""{"partition":0,"offset":0,"key":"a","value":"1 <é> \"x\"","timestamp":""", line, StringComparison.Ordinal);
        Assert.Matches("""timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",""", line);
        Assert.EndsWith(""","headers":{"h":"v","none":null},"delivery_count":1}""" + "\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_key_and_no_value_are_null() => Assert.Contains("\"key\":null,\"value\":null,", await PrintAsync(true, null, null), StringComparison.Ordinal);

    [Fact]
    public async Task An_empty_key_and_an_empty_value_are_not_null() => Assert.Contains("\"key\":\"\",\"value\":\"\",", await PrintAsync(true, [], []), StringComparison.Ordinal);

    [Fact]
    public async Task Bytes_that_are_no_text_appear_in_base64()
    {
        var line = await PrintAsync(true, NotUtf8, NotUtf8, new MessageHeader("h", NotUtf8));

        Assert.Contains("\"key_base64\":\"//4A\",\"value_base64\":\"//4A\",", line, StringComparison.Ordinal);
        Assert.Contains("\"headers\":{\"h_base64\":\"//4A\"}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("\"value\":", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_repeats_is_an_array_of_its_values_in_their_order()
    {
        var line = await PrintAsync(
            true, null, null, new MessageHeader("a", "1"), new MessageHeader("b", "2"), new MessageHeader("a", (string?)null), new MessageHeader("a", NotUtf8), new MessageHeader("a", "3"));

        Assert.Contains("""
            "headers":{"a":["1",null,"3"],"b":"2","a_base64":"//4A"},
            """, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_output_is_the_value_and_nothing_else()
    {
        Assert.Equal("1\n", await PrintAsync(false, "a"u8.ToArray(), "1"u8.ToArray()));
        Assert.Equal("\n", await PrintAsync(false, "a"u8.ToArray(), null));
    }

    private static async Task<string> PrintAsync(bool json, byte[]? key, byte[]? value, params MessageHeader[] headers)
    {
        await using var broker = new InProcessBroker();
        await broker.CreateTopicAsync("t", new TopicSettings { Partitions = 1 }, CancellationToken.None);
        var client = new BrokerClient(broker);
        await using var producer = await client.OpenProducerAsync("t");
        await producer.PublishAsync(NullableBytes.From(value), new PublishOptions { Key = key, Headers = headers });
        await using var reader = await client.OpenReaderAsync("t", new ReaderOptions { Start = StartAt.Earliest });
        await using var messages = reader.ReadAsync().GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync());
        using var printed = new MemoryStream();
        using (var output = MessageOutput.For(printed, json))
        {
            output.Write(messages.Current, 1);
        }

        return Encoding.UTF8.GetString(printed.ToArray());
    }
}
