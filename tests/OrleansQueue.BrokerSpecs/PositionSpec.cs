using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A position says what its reader read last, so that a broker that does not hold it says so and serves nothing else in its place.</summary>
public abstract class PositionSpec : BrokerSpec
{
    [Fact]
    public async Task Position_behind_the_end_is_told_the_end()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");
        var next = (await ReadAsync(place.From(0))).Next;

        var diverged = Assert.IsType<FetchResult.Diverged>(await FetchAsync(new FetchRequest(next with { Offset = new(7) })));

        Assert.Equal(new Offset(2), diverged.LastCommon.Offset);
        Assert.Empty((await ReadAsync(new FetchRequest(diverged.LastCommon))).Parts);
    }

    [Fact]
    public async Task Position_behind_the_end_that_names_no_epoch_is_told_the_start_since_nothing_says_that_what_is_there_was_read()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");

        var diverged = Assert.IsType<FetchResult.Diverged>(await FetchAsync(place.From(7)));

        Assert.Equal([(0, "0"), (1, "1")], Batch.Selected(await ReadAsync(new FetchRequest(diverged.LastCommon))));
    }

    [Fact]
    public async Task Position_of_an_epoch_that_never_was_is_told_where_the_log_agrees()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");
        var next = (await ReadAsync(place.From(0))).Next;

        var diverged = Assert.IsType<FetchResult.Diverged>(await FetchAsync(new FetchRequest(next with { Epoch = new(next.Epoch.Value + 1) })));

        // Reading goes on there.
        var read = await FetchAsync(new FetchRequest(diverged.LastCommon));
        Assert.IsType<FetchResult.Fetched>(read);
    }

    [Fact]
    public async Task Position_that_a_fetch_answered_is_held()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1", "2");
        var middle = (await ReadAsync(place.From(0) with { MaxRecords = 2 })).Next;

        Assert.Equal(new Offset(2), middle.Offset);
        Assert.Equal([(2, "2")], Batch.Selected(await ReadAsync(new FetchRequest(middle))));
    }

    [Fact]
    public async Task Position_that_the_oldest_records_were_dropped_from_under_is_told_the_start()
    {
        var place = await CreatePartitionAsync(new TopicSettings { RetentionBytes = 2 << 20, WhenFull = WhenFull.DropOldest });
        var first = await ReadBehindFirstAsync(place);
        await FillUntilDroppedAsync(place);

        var overtaken = Assert.IsType<FetchResult.Overtaken>(await FetchAsync(new FetchRequest(first)));
        Assert.IsType<FetchResult.Overtaken>(await FetchAsync(place.From(0)));

        var start = await FindAsync(place, new OffsetQuery.Earliest());
        Assert.Equal(start, overtaken.LogStart);
        Assert.Equal(start.Offset.Value, Batch.Selected(await ReadAsync(new FetchRequest(start)))[0].Offset);
    }

    [Fact]
    public async Task Position_in_a_topic_that_was_made_again_is_not_served_from_the_new_one()
    {
        var topic = await CreateTopicAsync();
        var place = new Place(topic.Id, new Partition(0));
        await AppendAsync(place, "0", "1");
        var next = (await ReadAsync(place.From(0) with { MaxRecords = 1 })).Next;
        await DeleteAsync(topic.Name);
        var again = new Place((await CreateTopicAsync(name: topic.Name)).Id, new Partition(0));
        await AppendAsync(again, "other 0", "other 1");

        Assert.IsType<FetchResult.UnknownPartition>(await FetchAsync(new FetchRequest(next)));
    }

    private async Task<Position> ReadBehindFirstAsync(Place place)
    {
        await AppendAsync(place, "first");
        return (await ReadAsync(place.From(0))).Next;
    }

    private async Task FillUntilDroppedAsync(Place place)
    {
        for (var sent = 0; (await FindAsync(place, new OffsetQuery.Earliest())).Offset.Value == 0; sent++)
        {
            Assert.True(sent < 100, "Nothing was dropped of 30 MB where 2 MiB may stay.");
            Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.OfSize(300_000)));
        }
    }
}
