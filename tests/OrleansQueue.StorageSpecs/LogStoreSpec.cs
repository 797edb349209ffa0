using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>What every back end promises of appends, rolls and reads. Each one runs all parts of this suite.</summary>
public abstract partial class LogStoreSpec : IAsyncLifetime
{
    private protected static readonly LogId Orders = LogId.Parse("orders");
    private protected static readonly LogId Bills = LogId.Parse("bills");

    private protected ILogStore Store { get; set; } = null!;

    public virtual async Task InitializeAsync() => Store = await OpenStoreAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    private protected abstract Task<ILogStore> OpenStoreAsync();

    [Fact]
    public async Task A_new_log_is_empty_and_whole()
    {
        var log = await TestLog.RecoverAsync(Store, Orders);
        Assert.Equal(Orders, log.Log.Id);
        Assert.Empty(log.Log.Segments);
        Assert.Empty(log.Seen.Positions);
        Assert.Equal(TailReport.Whole, log.Log.Tail);
    }

    [Fact]
    public async Task Appends_are_read_whole_and_in_order()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        await log.KeepAsync("a", "b");
        await log.KeepAsync("c");
        await log.KeepAsync("d", "e", "f");
        Assert.Equal([(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e"), (5, "f")], await log.ReadAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(3000)]
    public async Task Parts_of_one_append_lie_one_behind_the_other(int count)
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        var parts = Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)log.Stored(new Offset(i), $"{i}")).ToList();
        Assert.Equal(StoreOutcome.Done, await log.Log.AppendAsync(parts));
        Assert.Equal(parts.SelectMany(part => part.ToArray()), await log.ReadSegmentAsync(Offset.Zero));
    }

    [Fact]
    public async Task The_bytes_of_an_append_may_change_once_it_completed()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        var batch = log.Stored(Offset.Zero, "a");
        var kept = batch.ToArray();
        Assert.Equal(StoreOutcome.Done, await log.Log.AppendAsync([batch]));
        Array.Clear(batch);
        Assert.Equal(kept, await log.ReadSegmentAsync(Offset.Zero));
    }

    [Fact]
    public async Task Small_and_large_appends_follow_each_other()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        string[] values = ["a", new('b', 200_000), "c", new('d', 65_536), new('e', 3_000_000), "f"];
        foreach (var value in values)
        {
            await log.KeepAsync(value);
        }

        Assert.Equal(values, await log.ReadValuesAsync());
    }

    [Fact]
    public async Task A_roll_ends_a_segment_and_begins_the_next()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        await log.KeepAsync("a", "b");
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        await log.KeepAsync("c");
        Assert.Equal([(0, "a"), (1, "b")], BatchMaker.Read([await log.ReadSegmentAsync(Offset.Zero)]));
        Assert.Equal([(2, "c")], BatchMaker.Read([await log.ReadSegmentAsync(new(2))]));
    }

    [Fact]
    public async Task A_roll_to_an_offset_that_a_segment_has_already_is_a_mistake_and_harms_nothing()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        await log.KeepAsync("a");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await log.Log.RollAsync(Offset.Zero));
        Assert.Equal(["a"], await log.ReadValuesAsync());
    }

    [Fact]
    public async Task A_new_log_takes_no_append_before_its_first_segment()
    {
        var log = await TestLog.RecoverAsync(Store, Orders);
        await Assert.ThrowsAsync<InvalidOperationException>(() => log.AppendAsync("a"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(61)]
    [InlineData(1000)]
    public async Task Reads_of_any_length_show_the_same_bytes(int step)
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        var all = new List<byte>();
        for (var i = 0; i < 30; i++)
        {
            all.AddRange(log.Stored(log.Next, $"value {i}"));
            await log.KeepAsync($"value {i}");
        }

        Assert.Equal(all, await log.ReadSegmentAsync(Offset.Zero, step));
    }

    [Fact]
    public async Task Reads_are_short_at_the_end_and_empty_behind_it()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        await log.KeepAsync("a");
        var length = (await log.ReadSegmentAsync(Offset.Zero)).Length;
        var buffer = new byte[length];
        Assert.Equal(5, await log.Log.ReadAsync(Offset.Zero, length - 5, buffer, CancellationToken.None));
        Assert.Equal(0, await log.Log.ReadAsync(Offset.Zero, length, buffer, CancellationToken.None));
        Assert.Equal(0, await log.Log.ReadAsync(Offset.Zero, length + 100, buffer, CancellationToken.None));
        Assert.Equal(0, await log.Log.ReadAsync(Offset.Zero, 0, Memory<byte>.Empty, CancellationToken.None));
    }

    [Fact]
    public async Task A_segment_that_never_was_cannot_be_read()
    {
        var log = await TestLog.OpenAsync(Store, Orders);
        await Assert.ThrowsAnyAsync<IOException>(async () => await log.Log.ReadAsync(new(77), 0, new byte[10], CancellationToken.None));
    }

    [Fact]
    public async Task Two_logs_do_not_disturb_each_other()
    {
        var orders = await TestLog.OpenAsync(Store, Orders);
        var bills = await TestLog.OpenAsync(Store, Bills);
        for (var i = 0; i < 20; i++)
        {
            await orders.KeepAsync($"order {i}");
            await bills.KeepAsync($"bill {i}");
        }

        await orders.RollAsync();
        await orders.DeleteBeforeAsync(orders.Active);
        var again = await TestLog.OpenAsync(Store, Orders);
        await again.KeepAsync("more");
        await bills.KeepAsync("more");
        Assert.Equal(["more"], await again.ReadValuesAsync());
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"bill {i}"), "more"], await bills.ReadValuesAsync());
    }
}
