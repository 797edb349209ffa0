using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>Topics of the broker's own are made by the broker and by nobody else.</summary>
public sealed class OwnTopicTests
{
    private static readonly TopicDescription Example = TopicExamples.DeadLetters;

    [Fact]
    public async Task Own_topic_is_made_once_and_there_after_a_restart()
    {
        var bench = await CatalogueBench.OpenAsync();
        var topic = await bench.Catalogue.OpenOwnAsync(Example.Name, Example.Settings);

        Assert.Equal(Example with { Id = topic.Id }, topic);
        Assert.Equal(topic, bench.Kept[topic.Id]);
        Assert.Equal(topic, await bench.Catalogue.OpenOwnAsync(Example.Name, Example.Settings));
        await bench.OpenAsync();
        Assert.Equal(topic, await bench.Catalogue.OpenOwnAsync(Example.Name, Example.Settings));
    }

    [Fact]
    public async Task Application_can_make_no_such_topic()
    {
        var bench = await CatalogueBench.OpenAsync();

        Assert.IsType<CreateTopicResult.Refused>(await bench.Catalogue.CreateAsync(Example.Name, Example.Settings));
        var refused = Assert.IsType<CreateTopicResult.Refused>(await bench.Catalogue.CreateAsync("orders", Example.Settings));
        Assert.Equal("dead letters of is topic orders.v2, group billing; allowed is nobody, as only the broker makes dead-letter topics.", refused.Reason.ToString());
    }

    [Fact]
    public async Task Broker_makes_no_other_topic()
    {
        var bench = await CatalogueBench.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => bench.Catalogue.OpenOwnAsync("orders", Example.Settings).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => bench.Catalogue.OpenOwnAsync("__a/b", Example.Settings).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => bench.Catalogue.OpenOwnAsync(Example.Name, Example.Settings with { Partitions = 0 }).AsTask());
    }
}
