using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>What every back end promises of the level of the formats that a store and its logs carry. Level 2 stands for what a later version brings.</summary>
public abstract class FormatLevelSpec
{
    private static readonly LogId Orders = LogId.Parse("orders");
    private static readonly FormatLevel First = FormatLevel.First;
    private static readonly FormatLevel Second = new(2);

    /// <summary>Opens the test's one store, which is opened by one user at a time.</summary>
    private protected abstract Task<ILogStore> OpenStoreAsync(FormatLevels levels);

    [Fact]
    public async Task A_store_is_created_at_the_newest_level_and_keeps_it()
    {
        await WithStoreAsync(Old(), static store => Assert.Equal(First, store.CreatedAt));
        await WithStoreAsync(New(Second), static store => Assert.Equal(First, store.CreatedAt));
    }

    [Fact]
    public async Task A_log_is_of_the_level_that_was_written_when_its_last_segment_was_begun()
    {
        var levels = New(First);
        await WithStoreAsync(levels, async store =>
        {
            var log = await TestLog.OpenAsync(store, Orders);
            await log.KeepAsync("a");
            Assert.Equal(First, log.Log.Level);
            levels.Raise(Second);
            Assert.Equal(First, log.Log.Level);
            Assert.Equal(StoreOutcome.Done, await log.RollAsync());
            Assert.Equal(Second, log.Log.Level);
            await log.KeepAsync("b");
        });
        await WithStoreAsync(New(Second), static async store =>
        {
            var log = await TestLog.OpenAsync(store, Orders);
            Assert.Equal(Second, log.Log.Level);
            Assert.Equal(["a", "b"], await log.ReadValuesAsync());
        });
    }

    [Fact]
    public async Task The_level_of_a_log_never_falls()
    {
        await WithStoreAsync(New(Second), static async store => await (await TestLog.OpenAsync(store, Orders)).KeepAsync("a"));

        // A silo that has not heard yet what its cluster writes.
        await WithStoreAsync(New(First), static async store =>
        {
            var log = await TestLog.OpenAsync(store, Orders);
            Assert.Equal(Second, log.Log.Level);
            Assert.Equal(StoreOutcome.Done, await log.RollAsync());
            Assert.Equal(Second, log.Log.Level);
        });
    }

    [Fact]
    public async Task A_log_whose_level_is_fixed_stays_at_it() => await WithStoreAsync(New(Second), static async store =>
    {
        await using var log = await store.OpenAsync(Orders, new LogOptions(Level: First), new TailBatches(), CancellationToken.None);
        Assert.Equal(StoreOutcome.Done, await log.RollAsync(Offset.Zero));
        Assert.Equal(First, log.Level);
    });

    [Fact]
    public async Task What_an_earlier_version_does_not_know_it_refuses_and_leaves_as_it_is()
    {
        await WithStoreAsync(Old(), static _ => Task.CompletedTask);
        await WithStoreAsync(New(Second), static async store => await (await TestLog.OpenAsync(store, Orders)).KeepAsync("a"));
        await WithStoreAsync(Old(), static async store =>
        {
            var refused = await Assert.ThrowsAsync<FormatLevelException>(() => TestLog.RecoverAsync(store, Orders));
            Assert.EndsWith(" is at format level 2, and this version knows level 1. Run a later version here. Nothing was changed.", refused.Message, StringComparison.Ordinal);
        });
        await WithStoreAsync(New(Second), static async store => Assert.Equal(["a"], await (await TestLog.OpenAsync(store, Orders)).ReadValuesAsync()));
    }

    /// <summary>A version that knows level 1 alone.</summary>
    private protected static FormatLevels Old() => new(new FormatRange(First, First), First);

    /// <summary>A version that knows levels 1 and 2.</summary>
    private protected static FormatLevels New(FormatLevel current) => new(new FormatRange(First, Second), current);

    private protected async Task WithStoreAsync(FormatLevels levels, Func<ILogStore, Task> use)
    {
        await using var store = await OpenStoreAsync(levels);
        await use(store);
    }

    private Task WithStoreAsync(FormatLevels levels, Action<ILogStore> use) => WithStoreAsync(levels, store =>
    {
        use(store);
        return Task.CompletedTask;
    });
}

/// <summary>What a store beside promises whose place says how it was created.</summary>
public abstract class LastingFormatLevelSpec : FormatLevelSpec
{
    [Fact]
    public async Task A_store_that_was_created_at_a_later_level_is_refused()
    {
        await WithStoreAsync(New(new(2)), static _ => Task.CompletedTask);

        var refused = await Assert.ThrowsAsync<FormatLevelException>(() => OpenStoreAsync(Old()));
        Assert.EndsWith(" is at format level 2, and this version knows level 1. Run a later version here. Nothing was changed.", refused.Message, StringComparison.Ordinal);
        await WithStoreAsync(New(new(2)), static store =>
        {
            Assert.Equal(new FormatLevel(2), store.CreatedAt);
            return Task.CompletedTask;
        });
    }
}
