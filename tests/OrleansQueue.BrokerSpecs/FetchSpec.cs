using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A fetch answers whole batches, what of them is meant for the reader, and where to read on.</summary>
public abstract class FetchSpec : BrokerSpec
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task Fetch_answers_everything_there_is_and_where_to_read_on()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");
        await AppendAsync(place, "2");
        var read = await ReadAsync(place.From(0));

        Assert.Equal([(0, "0"), (1, "1"), (2, "2")], Batch.Selected(read));
        Assert.Equal([new OffsetRange(new(0), new(3))], read.Selection);
        Assert.Equal(new Offset(3), read.Next.Offset);
        Assert.NotEqual(Epoch.None, read.Next.Epoch);
        Assert.Equal((place.Topic, place.Partition), (read.Next.Topic, read.Next.Partition));
        Assert.Equal((new Offset(0), new Offset(3), new Offset(3)), (read.LogStart, read.LastStable, read.HighWatermark));
    }

    [Fact]
    public async Task Empty_partition_answers_nothing_and_the_position_asked_for()
    {
        var place = await CreatePartitionAsync();
        var read = await ReadAsync(place.From(0));

        Assert.Empty(read.Parts);
        Assert.Empty(read.Selection);
        Assert.Equal(place.At(0), read.Next);
        Assert.Equal((new Offset(0), new Offset(0), new Offset(0)), (read.LogStart, read.LastStable, read.HighWatermark));
    }

    [Fact]
    public async Task End_of_a_partition_answers_nothing_and_the_position_asked_for()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0");
        var end = (await ReadAsync(place.From(0))).Next;
        var read = await ReadAsync(new FetchRequest(end));

        Assert.Empty(read.Parts);
        Assert.Equal(end, read.Next);
    }

    [Fact]
    public async Task First_batch_may_begin_before_the_offset_and_the_selection_says_so()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1", "2", "3");
        await AppendAsync(place, "4");
        var read = await ReadAsync(place.From(2));

        Assert.Equal(new Offset(2), read.Selection[0].First);
        Assert.Equal([(2, "2"), (3, "3"), (4, "4")], Batch.Selected(read));
        Assert.Equal((0, "0"), Batch.Records(read)[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(1_000)]
    public async Task No_more_records_are_selected_than_asked_for_and_the_next_fetch_goes_on_behind_them(int most)
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1", "2", "3", "4");
        await AppendAsync(place, "5", "6");
        await AppendAsync(place, "7");
        var found = new List<(long, string)>();
        for (var next = place.At(0); found.Count < 8;)
        {
            var read = await ReadAsync(new FetchRequest(next) { MaxRecords = most });
            var selected = Batch.Selected(read);
            Assert.InRange(selected.Count, 1, most);
            found.AddRange(selected);
            next = read.Next;
        }

        Assert.Equal(Enumerable.Range(0, 8).Select(i => ((long)i, $"{i}")), found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1_500)]
    public async Task Answers_hold_no_more_bytes_than_asked_for_but_always_one_batch(int most)
    {
        var place = await CreatePartitionAsync();
        for (var i = 0; i < 10; i++)
        {
            await AppendAsync(place, $"{i}-".PadRight(500, 'x'));
        }

        var found = new List<(long Offset, string Value)>();
        for (var next = place.At(0); found.Count < 10;)
        {
            var read = await ReadAsync(new FetchRequest(next) { MaxBytes = most });
            var batches = Batch.Split(read);
            Assert.True(batches.Count == 1 || batches.Sum(batch => batch.Length) <= most, "The answer is larger than asked for.");
            found.AddRange(Batch.Selected(read));
            next = read.Next;
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), found.Select(record => record.Offset));
    }

    [Fact]
    public async Task Whoever_asks_for_all_bytes_there_are_gets_1_MiB()
    {
        var place = await CreatePartitionAsync();
        for (var i = 0; i < 12; i++)
        {
            Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.OfSize(300_000)));
        }

        var read = await ReadAsync(place.From(0) with { MaxBytes = int.MaxValue });
        Assert.InRange(read.Parts.Sum(part => part.Length), 300_000, MiB);
        Assert.Equal(12, (await ReadAllAsync(place, maxBytes: int.MaxValue)).Count);
    }

    [Fact]
    public async Task Batch_larger_than_1_MiB_is_answered_whole()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, new string('x', MiB - 100), new string('y', MiB - 100));

        Assert.Equal(2, Batch.Selected(await ReadAsync(place.From(0))).Count);
        Assert.Single(Batch.Selected(await ReadAsync(place.From(1) with { MaxBytes = 1 })));
    }

    [Theory]
    [InlineData(-1, 1, 1, 0, "fetch offset is -1; allowed is 0 or more.")]
    [InlineData(long.MinValue, 1, 1, 0, "fetch offset is -9223372036854775808; allowed is 0 or more.")]
    [InlineData(0, 0, 1, 0, "fetch max bytes is 0; allowed is 1 or more.")]
    [InlineData(0, int.MinValue, 1, 0, "fetch max bytes is -2147483648; allowed is 1 or more.")]
    [InlineData(0, 1, 0, 0, "fetch max records is 0; allowed is 1 or more.")]
    [InlineData(0, 1, -1, 0, "fetch max records is -1; allowed is 1 or more.")]
    [InlineData(0, 1, 1, -1, "fetch max wait is -00:00:00.0010000; allowed is 0 or more.")]
    public async Task Bad_request_is_refused(long offset, int maxBytes, int maxRecords, int waitMilliseconds, string sentence)
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "x");
        var refused = Assert.IsType<FetchResult.Refused>(await FetchAsync(place.From(offset) with
        {
            MaxBytes = maxBytes,
            MaxRecords = maxRecords,
            MaxWait = TimeSpan.FromMilliseconds(waitMilliseconds),
        }));

        Assert.Equal(sentence, refused.Reason.ToString());
        await AssertGoesOnAsync(place);
    }

    [Fact]
    public async Task What_was_answered_before_does_not_change_while_more_is_written()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "0", "1");
        var read = await ReadAsync(place.From(0));
        var before = Batch.Split(read).SelectMany(batch => batch).ToArray();
        for (var i = 0; i < 50; i++)
        {
            await AppendAsync(place, $"more {i}");
        }

        Assert.Equal(before, Batch.Split(read).SelectMany(batch => batch).ToArray());
    }
}
