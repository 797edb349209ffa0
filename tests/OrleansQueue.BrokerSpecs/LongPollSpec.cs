using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>A fetch that finds nothing waits for something, as long as it said and never longer than 5 seconds.</summary>
public abstract class LongPollSpec : BrokerSpec
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    [Fact]
    public async Task Waiting_fetch_answers_what_comes()
    {
        var place = await CreatePartitionAsync();
        var waiting = PollAsync(place.From(0));
        await AppendAsync(place, "here");

        Assert.Equal([(0, "here")], Batch.Selected(Assert.IsType<FetchResult.Fetched>(await waiting)));
    }

    [Fact]
    public async Task Reader_who_goes_on_where_the_last_answer_ended_misses_nothing()
    {
        const int Records = 200;
        var place = await CreatePartitionAsync();
        var reading = ReadUntilAsync(place, Records);
        for (var i = 0; i < Records; i++)
        {
            await AppendAsync(place, $"{i}");
        }

        Assert.Equal(Enumerable.Range(0, Records).Select(i => ((long)i, $"{i}")), await reading);
    }

    [Fact]
    public async Task One_batch_answers_all_who_wait_for_it()
    {
        var place = await CreatePartitionAsync();
        var waiting = Enumerable.Range(0, 500).Select(_ => PollAsync(place.From(0))).ToList();
        await AppendAsync(place, "for all");

        Assert.All(await Task.WhenAll(waiting), result =>
            Assert.Equal([(0, "for all")], Batch.Selected(Assert.IsType<FetchResult.Fetched>(result))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    public async Task Fetch_waits_no_longer_than_it_said(int milliseconds)
    {
        var place = await CreatePartitionAsync();
        var read = await ReadAsync(place.From(0) with { MaxWait = TimeSpan.FromMilliseconds(milliseconds) });

        Assert.Empty(read.Parts);
        Assert.Equal(place.At(0), read.Next);
    }

    [Fact]
    public async Task Fetch_that_would_wait_a_year_is_answered_after_a_few_seconds()
    {
        var place = await CreatePartitionAsync();

        var reads = await Task.WhenAll(ReadAsync(place.From(0) with { MaxWait = Year }), ReadAsync(place.From(0) with { MaxWait = TimeSpan.MaxValue }));
        Assert.All(reads, read => Assert.Empty(read.Parts));
    }

    [Fact]
    public async Task Fetch_that_finds_something_does_not_wait_for_more()
    {
        var place = await CreatePartitionAsync();
        await AppendAsync(place, "x");

        Assert.Single(Batch.Selected(await ReadAsync(place.From(0) with { MaxWait = Year, MaxBytes = 1 << 20 })));
    }

    [Fact]
    public async Task Waiting_fetch_can_be_cancelled()
    {
        var place = await CreatePartitionAsync();
        using var cancel = new CancellationTokenSource();
        var waiting = Broker.FetchAsync(place.From(0) with { MaxWait = Year }, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
        await AssertGoesOnAsync(place);
    }

    [Fact]
    public async Task Fetch_that_waits_for_a_topic_that_is_deleted_is_told()
    {
        var topic = await CreateTopicAsync();
        var place = new Place(topic.Id, new Partition(1));
        var waiting = PollAsync(place.From(0));
        await DeleteAsync(topic.Name);

        Assert.IsType<FetchResult.UnknownPartition>(await waiting);
    }

    private async Task<List<(long, string)>> ReadUntilAsync(Place place, int records)
    {
        var found = new List<(long, string)>();
        for (var next = place.At(0); found.Count < records;)
        {
            var read = await ReadAsync(new FetchRequest(next) { MaxWait = Year });
            found.AddRange(Batch.Selected(read));
            next = read.Next;
        }

        return found;
    }
}
