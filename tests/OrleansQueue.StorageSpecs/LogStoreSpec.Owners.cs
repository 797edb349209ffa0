using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>What every back end promises when a log gets a new owner.</summary>
public abstract partial class LogStoreSpec
{
    [Fact]
    public async Task Opening_fences_every_earlier_owner()
    {
        var first = await TestLog.OpenAsync(Store, Orders);
        await first.KeepAsync("a");
        Assert.Equal(StoreOutcome.Done, await first.RollAsync());
        await first.KeepAsync("b");
        var second = await TestLog.OpenAsync(Store, Orders);
        var third = await TestLog.OpenAsync(Store, Orders);
        await third.KeepAsync("c");
        foreach (var fenced in new[] { first, second })
        {
            Assert.Equal(StoreOutcome.Fenced, await fenced.AppendAsync("lost"));
            Assert.Equal(StoreOutcome.Fenced, await fenced.AppendAsync(new string('x', 200_000)));
            Assert.Equal(StoreOutcome.Fenced, await fenced.RollAsync());
            Assert.Equal(StoreOutcome.Fenced, await fenced.Log.DeleteBeforeAsync(new(1)));
            Assert.Equal(StoreOutcome.Fenced, await fenced.Log.ConfirmAsync());
        }

        Assert.Equal(StoreOutcome.Done, await third.Log.ConfirmAsync());

        Assert.Equal(["a", "b", "c"], await third.ReadValuesAsync());
        Assert.Equal([0, 1], (await TestLog.OpenAsync(Store, Orders)).Log.Segments.Select(segment => segment.FirstOffset.Value));
    }

    [Fact]
    public async Task A_fenced_owner_can_still_read()
    {
        var first = await TestLog.OpenAsync(Store, Orders);
        await first.KeepAsync("a");
        await TestLog.OpenAsync(Store, Orders);
        Assert.Equal(["a"], await first.ReadValuesAsync());
    }

    [Fact]
    public async Task An_earlier_owner_that_is_disposed_of_late_harms_nothing()
    {
        var first = await TestLog.OpenAsync(Store, Orders);
        await first.KeepAsync("a");
        var second = await TestLog.OpenAsync(Store, Orders);
        await second.KeepAsync("b");
        await first.DisposeAsync();
        await second.KeepAsync("c");
        Assert.Equal(["a", "b", "c"], (await TestLog.OpenAsync(Store, Orders)).Seen.Values);
    }

    [Fact]
    public async Task Epochs_rise_with_every_opening()
    {
        var last = Epoch.None;
        for (var i = 0; i < 5; i++)
        {
            await TestLog.RecoverAsync(Store, Bills);
            var log = await TestLog.RecoverAsync(Store, Orders);
            Assert.True(log.Log.Epoch > last);
            last = log.Log.Epoch;
        }
    }

    [Fact]
    public async Task A_new_owner_finds_the_segments_and_sees_the_batches_of_the_last_one()
    {
        var first = await TestLog.OpenAsync(Store, Orders);
        await first.KeepAsync("a", "b");
        await first.KeepAsync("c");
        var length = (await first.ReadSegmentAsync(Offset.Zero)).Length;
        Assert.Equal(StoreOutcome.Done, await first.RollAsync());
        await first.KeepAsync("d");
        var one = (await first.ReadSegmentAsync(new(3))).Length;
        await first.KeepAsync("e", "f");
        var two = (await first.ReadSegmentAsync(new(3))).Length;

        var second = await TestLog.OpenAsync(Store, Orders);
        Assert.Equal([new SegmentExtent(Offset.Zero, length), new SegmentExtent(new(3), two)], second.Log.Segments);
        Assert.Equal([0, one], second.Seen.Positions);
        Assert.Equal(["d", "e", "f"], second.Seen.Values);
        Assert.Equal(TailReport.Whole, second.Log.Tail);
        await second.KeepAsync("g");
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], await second.ReadValuesAsync());
    }

    [Fact]
    public async Task An_empty_last_segment_is_found_again()
    {
        var first = await TestLog.OpenAsync(Store, Orders);
        await first.KeepAsync("a");
        Assert.Equal(StoreOutcome.Done, await first.RollAsync());
        var second = await TestLog.RecoverAsync(Store, Orders);
        Assert.Equal(new SegmentExtent(new(1), 0), second.Log.Segments[^1]);
        await second.KeepAsync("b");
        Assert.Equal([(0, "a"), (1, "b")], await second.ReadAsync());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task What_is_in_flight_while_another_opens_is_in_the_log_or_was_never_acknowledged(int size)
    {
        var owner = await TestLog.OpenAsync(Store, Orders);
        var acknowledged = new List<string>();
        for (var round = 0; round < 20; round++)
        {
            var value = $"{round}".PadRight(size, '.');
            var inFlight = owner.AppendAsync(value);
            var opening = TestLog.RecoverAsync(Store, Orders);
            if (await inFlight == StoreOutcome.Done)
            {
                acknowledged.Add(value);
            }

            var next = await opening;
            Assert.Equal(acknowledged, next.Seen.Values);
            Assert.Equal(StoreOutcome.Fenced, await owner.AppendAsync("late"));
            owner = next;
        }

        Assert.Equal(acknowledged, await owner.ReadValuesAsync());
    }

    [Fact]
    public async Task Of_many_openings_at_once_one_owner_is_left()
    {
        await (await TestLog.OpenAsync(Store, Orders)).KeepAsync("first");
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TestLog.RecoverAsync(Store, Orders)));
        Assert.Equal(8, opened.Select(log => log.Log.Epoch).Distinct().Count());
        var outcomes = await Task.WhenAll(opened.Select(log => log.AppendAsync($"by {log.Log.Epoch}")));
        var winner = opened.MaxBy(log => log.Log.Epoch)!;
        Assert.Equal(1, outcomes.Count(outcome => outcome == StoreOutcome.Done));
        Assert.Equal(7, outcomes.Count(outcome => outcome == StoreOutcome.Fenced));
        Assert.Equal(["first", $"by {winner.Log.Epoch}"], await winner.ReadValuesAsync());
    }
}
