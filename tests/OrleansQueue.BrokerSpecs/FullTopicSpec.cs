using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>What becomes of a publish when a partition holds as many bytes as its topic allows.</summary>
public abstract class FullTopicSpec : BrokerSpec
{
    [Fact]
    public async Task Full_partition_refuses_by_default_and_keeps_all_it_has()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionBytes = 10_000 });
        var stored = 0;
        ProduceResult result;
        while ((result = await ProduceAsync(place, Batch.OfSize(1_000))) is ProduceResult.Appended)
        {
            stored++;
        }

        Assert.Equal(new ProduceResult.TopicFull(10_000), result);
        Assert.Equal(9, stored);
        Assert.Equal(9, (await ReadAllAsync(place)).Count);
        Assert.InRange((await DescribeAsync(place))!.SizeInBytes, 9_000, 10_000);
    }

    [Fact]
    public async Task Limit_is_that_of_each_partition()
    {
        var topic = await CreateTopicAsync(new TopicSettings { Partitions = 2, RetentionBytes = 2_000 });
        await AppendAsync(new Place(topic.Id, new Partition(0)), new string('x', 1_500));

        Assert.IsType<ProduceResult.TopicFull>(await ProduceAsync(new Place(topic.Id, new Partition(0)), Batch.OfSize(1_000)));
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(new Place(topic.Id, new Partition(1)), Batch.OfSize(1_000)));
    }

    [Fact]
    public async Task Batch_that_fits_exactly_is_taken()
    {
        var batch = Batch.OfSize(1_000);
        var place = await CreatePartitionAsync(new TopicSettings { RetentionBytes = 2 * batch.Length });

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));
        Assert.IsType<ProduceResult.TopicFull>(await ProduceAsync(place, Batch.Of("")));
    }

    [Fact]
    public async Task Batch_that_was_stored_before_the_partition_was_full_is_still_told_so()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionBytes = 2_000 });
        var batch = Batch.From(await InitProducerAsync(), 0, new string('x', 1_500));
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, batch));
        Assert.IsType<ProduceResult.TopicFull>(await ProduceAsync(place, Batch.OfSize(1_000)));

        // A producer whose answer was lost must not take the refusal for one of its own batch.
        Assert.Equal(new Offset(0), Assert.IsType<ProduceResult.Duplicate>(await ProduceAsync(place, batch)).BaseOffset);
    }

    [Fact]
    public async Task Full_partition_makes_room_where_its_topic_says_so()
    {
        const int Limit = 2 << 20;
        var place = await CreatePartitionAsync(new TopicSettings { RetentionBytes = Limit, WhenFull = WhenFull.DropOldest });
        for (var i = 0; i < 40; i++)
        {
            Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.Of($"{i}".PadRight(200_000))));
        }

        var status = (await DescribeAsync(place))!;
        Assert.InRange(status.SizeInBytes, Limit, Limit + (Limit / 2) + 200_100);
        Assert.True(status.LogStart > new Offset(0), "Nothing was dropped.");
        var kept = await ReadAllAsync(place, status.LogStart.Value);
        Assert.Equal(Enumerable.Range((int)status.LogStart.Value, 40 - (int)status.LogStart.Value).Select(i => $"{i}"), kept.Select(record => record.Value.TrimEnd()));
    }
}
