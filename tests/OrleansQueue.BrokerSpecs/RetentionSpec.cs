using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>
/// What the broker does when time goes by, without being called. Only for brokers whose clock the test moves; the others keep
/// the same promises, but no test could wait for them.
/// </summary>
public abstract class RetentionSpec : BrokerSpec
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Moves the broker's clock, the timers that fall due on the way included.</summary>
    protected abstract void Advance(TimeSpan by);

    [Fact]
    public async Task Records_past_their_retention_go_without_anybody_calling()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionTime = Hour });
        await AppendAsync(place, "0", "1");
        Advance(Hour);
        var behind = (await ReadAsync(place.From(0))).Next;
        Assert.Equal(new Offset(2), behind.Offset);

        Advance(TimeSpan.FromMilliseconds(1));

        var overtaken = Assert.IsType<FetchResult.Overtaken>(await FetchAsync(place.From(0)));
        Assert.Equal(behind, overtaken.LogStart);
        Assert.Equal(0, (await DescribeAsync(place))!.SizeInBytes);
    }

    [Fact]
    public async Task All_partitions_whose_time_has_come_are_seen_to()
    {
        var topic = await CreateTopicAsync(new TopicSettings { Partitions = 40, RetentionTime = Hour });
        var places = Enumerable.Range(0, 40).Select(number => new Place(topic.Id, new Partition(number))).ToList();
        foreach (var place in places)
        {
            await AppendAsync(place, "0");
        }

        Advance(2 * Hour);
        foreach (var place in places)
        {
            Assert.IsType<FetchResult.Overtaken>(await FetchAsync(place.From(0)));
        }
    }

    [Fact]
    public async Task Records_stay_7_days_by_default()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0");
        Advance(TimeSpan.FromDays(7));
        Assert.Single(await ReadAllAsync(place));

        Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<FetchResult.Overtaken>(await FetchAsync(place.From(0)));
    }

    [Fact]
    public async Task Records_of_a_topic_without_retention_stay()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionTime = null });
        await AppendAsync(place, "0");
        Advance(TimeSpan.FromDays(10_000));

        Assert.Equal([(0, "0")], await ReadAllAsync(place));
    }

    [Fact]
    public async Task Offsets_go_on_where_they_were_when_everything_is_gone()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionTime = Hour });
        for (var round = 0; round < 5; round++)
        {
            Assert.Equal(new Offset(round), (await AppendAsync(place, $"{round}")).BaseOffset);
            var behind = (await ReadAsync(place.From(round))).Next;
            Assert.Equal(new Offset(round + 1), behind.Offset);
            Advance(2 * Hour);
            Assert.Equal(behind, await FindAsync(place, new OffsetQuery.Earliest()));
        }
    }

    [Fact]
    public async Task Position_of_a_reader_whom_retention_overtook_leads_to_the_start()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionTime = Hour });
        await AppendAsync(place, "0", "1");
        var middle = (await ReadAsync(place.From(0) with { MaxRecords = 1 })).Next;
        Advance(2 * Hour);
        await AppendAsync(place, "2");

        var overtaken = Assert.IsType<FetchResult.Overtaken>(await FetchAsync(new FetchRequest(middle)));
        Assert.Equal([(2, "2")], Batch.Selected(await ReadAsync(new FetchRequest(overtaken.LogStart))));
    }

    [Fact]
    public async Task Reader_at_the_end_is_not_disturbed_when_everything_before_goes()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionTime = Hour });
        await AppendAsync(place, "0", "1");
        var end = (await ReadAsync(place.From(0))).Next;
        Advance(2 * Hour);

        // The position keeps the epoch of what was read, though the log has none any more.
        var read = await ReadAsync(new FetchRequest(end));
        Assert.Empty(read.Parts);
        Assert.Equal(end, read.Next);
        await AppendAsync(place, "2");
        Assert.Equal([(2, "2")], Batch.Selected(await ReadAsync(new FetchRequest(end))));
    }

    [Fact]
    public async Task Full_partition_takes_batches_again_when_retention_made_room()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionTime = Hour, RetentionBytes = 2_000 });
        await AppendAsync(place, new string('x', 1_500));
        Assert.IsType<ProduceResult.TopicFull>(await ProduceAsync(place, Batch.OfSize(1_000)));
        Advance(2 * Hour);

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.OfSize(1_000)));
    }

    [Fact]
    public async Task Shorter_retention_reaches_records_that_are_there_already()
    {
        var topic = await CreateTopicAsync(new TopicSettings { RetentionTime = null });
        var place = new Place(topic.Id, new Partition(2));
        await AppendAsync(place, "0");
        Advance(2 * Hour);
        Assert.Single(await ReadAllAsync(place));

        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { RetentionTime = Hour }));
        Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<FetchResult.Overtaken>(await FetchAsync(place.From(0)));
    }

    [Fact]
    public async Task Longer_retention_reaches_records_that_are_there_already()
    {
        var topic = await CreateTopicAsync(new TopicSettings { RetentionTime = Hour });
        var place = new Place(topic.Id, new Partition(0));
        await AppendAsync(place, "0");
        Assert.IsType<AlterTopicResult.Altered>(await AlterAsync(topic, topic.Settings with { RetentionTime = 3 * Hour }));

        Advance(2 * Hour);
        Assert.Single(await ReadAllAsync(place));
        Advance(2 * Hour);
        Assert.IsType<FetchResult.Overtaken>(await FetchAsync(place.From(0)));
    }

    [Fact]
    public async Task Fetch_waits_exactly_as_long_as_it_said_and_5_seconds_at_most()
    {
        var place = await CreatePartitionAsync();
        await AssertWaitsAsync(place, TimeSpan.FromMilliseconds(700), TimeSpan.FromMilliseconds(700));
        await AssertWaitsAsync(place, TimeSpan.FromDays(365), TimeSpan.FromSeconds(5));
        await AssertWaitsAsync(place, TimeSpan.MaxValue, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Deletion_of_its_topic_ends_a_wait_at_once()
    {
        var topic = await CreateTopicAsync();
        var waiting = FetchAsync(new Place(topic.Id, new Partition(0)).From(0) with { MaxWait = FetchRequest.LongestWait });
        await DeleteAsync(topic.Name);

        // The clock stands still, so nothing else could have ended it.
        Assert.IsType<FetchResult.UnknownPartition>(await waiting);
    }

    [Fact]
    public async Task Batch_ends_a_wait_at_once()
    {
        var place = await CreatePartitionAsync();
        var waiting = FetchAsync(place.From(0) with { MaxWait = FetchRequest.LongestWait });
        await AppendAsync(place, "x");

        Assert.Single(Batch.Selected(Assert.IsType<FetchResult.Fetched>(await waiting)));
    }

    [Fact]
    public async Task Append_times_are_the_clocks()
    {
        var place = await CreatePartitionAsync();
        var first = (await AppendAsync(place, "0")).AppendTime;
        Advance(Hour);

        Assert.Equal(first.Plus(Hour), (await AppendAsync(place, "1")).AppendTime);
        Assert.Equal(new Offset(1), (await FindAsync(place, new OffsetQuery.AtTime(first.Plus(TimeSpan.FromMilliseconds(1))))).Offset);
    }

    [Fact]
    public async Task Batch_ahead_of_its_predecessor_waits_for_a_second()
    {
        var place = await CreatePartitionAsync();
        var producer = await InitProducerAsync();
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.From(producer, 0, "0")));
        var ahead = ProduceAsync(place, Batch.From(producer, 2, "2"));
        await DescribeAsync(place);

        Advance(TimeSpan.FromMilliseconds(999));
        await DescribeAsync(place);
        Assert.False(ahead.IsCompleted, "The batch was given up too early.");
        Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(new Sequence(1), Assert.IsType<ProduceResult.OutOfOrder>(await ahead).Expected);
    }

    private async Task AssertWaitsAsync(Place place, TimeSpan asked, TimeSpan waited)
    {
        var waiting = FetchAsync(place.From(0) with { MaxWait = asked });

        // An answer to a later question says that the wait has begun.
        await DescribeAsync(place);
        Advance(waited - TimeSpan.FromMilliseconds(1));
        await DescribeAsync(place);
        Assert.False(waiting.IsCompleted, "The fetch was answered too early.");
        Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(Assert.IsType<FetchResult.Fetched>(await waiting).Parts);
    }
}
