using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Places of a partition are found by what they are, by time, by epoch and by offset.</summary>
public abstract class ListOffsetsSpec : BrokerSpec
{
    [Fact]
    public async Task Empty_partition_begins_and_ends_at_0()
    {
        var place = await CreatePartitionAsync();

        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.Earliest()));
        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.Latest()));
        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.AtTime(new Timestamp(0))));
        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.EndOfEpoch(new Epoch(int.MaxValue))));
        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.At(new Offset(0))));
    }

    [Fact]
    public async Task Earliest_is_the_first_record_and_latest_is_behind_the_last()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1", "2");
        var next = (await ReadAsync(place.From(0))).Next;

        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.Earliest()));
        Assert.Equal(next, await FindAsync(place, new OffsetQuery.Latest()));
    }

    [Fact]
    public async Task Place_by_offset_names_the_epoch_that_a_reader_would()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1", "2");
        var middle = (await ReadAsync(place.From(0) with { MaxRecords = 2 })).Next;

        Assert.Equal(middle, await FindAsync(place, new OffsetQuery.At(new Offset(2))));
        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.At(new Offset(0))));
        Assert.Equal([(2, "2")], Batch.Selected(await ReadAsync(new FetchRequest(middle))));
    }

    [Fact]
    public async Task Place_by_time_is_the_first_record_as_late()
    {
        var place = await CreatePartitionAsync();
        var times = new List<ProduceResult.Appended>();
        for (var i = 0; i < 10; i++)
        {
            times.Add(await AppendAsync(place, $"{i}a", $"{i}b"));
        }

        foreach (var appended in times)
        {
            // Of several that were appended in one millisecond the first is found.
            var first = times.First(other => other.AppendTime >= appended.AppendTime);
            Assert.Equal(first.BaseOffset, (await FindAsync(place, new OffsetQuery.AtTime(appended.AppendTime))).Offset);
        }

        Assert.Equal(new Offset(0), (await FindAsync(place, new OffsetQuery.AtTime(new Timestamp(long.MinValue)))).Offset);
        Assert.Equal(await FindAsync(place, new OffsetQuery.Latest()), await FindAsync(place, new OffsetQuery.AtTime(times[^1].AppendTime.Plus(TimeSpan.FromMilliseconds(1)))));
        Assert.Equal(await FindAsync(place, new OffsetQuery.Latest()), await FindAsync(place, new OffsetQuery.AtTime(new Timestamp(long.MaxValue))));
    }

    [Fact]
    public async Task End_of_an_epoch_is_behind_its_last_record()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");
        var latest = await FindAsync(place, new OffsetQuery.Latest());

        Assert.Equal(latest, await FindAsync(place, new OffsetQuery.EndOfEpoch(latest.Epoch)));
        Assert.Equal(latest, await FindAsync(place, new OffsetQuery.EndOfEpoch(new Epoch(int.MaxValue))));
        Assert.Equal(place.At(0), await FindAsync(place, new OffsetQuery.EndOfEpoch(new Epoch(latest.Epoch.Value - 1))));
    }

    [Fact]
    public async Task Description_says_how_the_partition_stands()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");
        await AppendAsync(place, "2");
        var status = await DescribeAsync(place);
        var read = await ReadAsync(place.From(0));

        Assert.NotNull(status);
        Assert.Equal(place.Partition, status.Partition);
        Assert.Equal((new Offset(0), new Offset(3), new Offset(3)), (status.LogStart, status.LastStable, status.HighWatermark));
        Assert.Equal(read.Parts.Sum(part => part.Length), status.SizeInBytes);
        Assert.Equal(read.Next.Epoch, status.Epoch);
        Assert.NotEmpty(status.Owner);
        Assert.Null(status.Damage);
    }
}
