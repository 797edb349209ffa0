using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Groups;
using OrleansQueue.Streams.Agents;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests.Specs;

/// <summary>Consumers that fail.</summary>
public abstract partial class StreamSpec
{
    [Fact]
    public async Task Event_that_a_consumer_never_takes_is_dead_lettered_and_the_stream_goes_on()
    {
        var (grain, got) = await SubscribeAsync("failing", "s");
        var (_, other) = await SubscribeAsync("other", "s");
        await grain.FailAtAsync(7);

        await PublishAsync(Stream("s"), "p", 0, 20);

        await got.HasDistinctAsync(19);
        await got.HasErrorsAsync(1);
        await other.HasAsync(20);
        AssertInOrder(other, "p", 20);
        Assert.Equal(Enumerable.Range(0, 20).Except([7]), got.Events.Select(static delivered => delivered.Event.Number).Distinct());
        var letter = await DeadLetterAsync("s");
        Assert.Equal(new TestEvent("p", 7), letter.Read(new JsonMessageSerializer<TestEvent>()));
        Assert.Equal("3", letter.Find(HeaderNames.DeadAttempts)?.Text);
        Assert.Contains("The test has event 7 fail.", letter.Find(HeaderNames.DeadError)?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consumer_that_fails_for_a_while_gets_the_event_again()
    {
        var (grain, got) = await SubscribeAsync("failing", "s");
        await grain.FailOnceAtAsync(3);

        await PublishAsync(Stream("s"), "p", 0, 10);

        await got.HasDistinctAsync(10);
        Assert.Empty(got.Errors);
        AssertOrderWithRepetitions(got, 10);
    }

    [Fact]
    public async Task Event_that_cannot_be_read_is_dead_lettered_at_once()
    {
        var (_, got) = await SubscribeAsync("reading", "s");
        await using (var producer = await Silos.BrokerClient.OpenProducerAsync(StreamSilos.Topic))
        {
            await producer.PublishAsync("no JSON"u8, new PublishOptions { Key = Named("s") });
        }

        await PublishAsync(Stream("s"), "p", 0, 5);

        await got.HasAsync(5);
        await got.HasErrorsAsync(1);
        AssertInOrder(got, "p", 5);
        Assert.Equal("no JSON", Encoding.UTF8.GetString((await DeadLetterAsync("s")).Value!.Value.Span));
    }

    /// <summary>The dead letter of a stream.</summary>
    private async Task<Client.Delivery> DeadLetterAsync(string stream)
    {
        var topic = await Silos.Broker.FindTopicAsync(StreamSilos.Topic, CancellationToken.None);
        var dead = DeadLetterTopic.NameOf(topic!.Id, DeliveryFailures.GroupOf(StreamSilos.Provider));
        await using var reader = await Silos.BrokerClient.OpenReaderAsync(dead, new ReaderOptions { Start = StartAt.Earliest });
        await foreach (var letter in reader.ReadAsync())
        {
            if (Encoding.UTF8.GetString(letter.Key!.Value.Span) == Named(stream))
            {
                return letter;
            }
        }

        throw new BrokerUnavailableException("The reader ended.");
    }
}
