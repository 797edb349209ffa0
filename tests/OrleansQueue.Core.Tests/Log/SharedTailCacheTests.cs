using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>The newest batches of many partitions share one budget.</summary>
public sealed class SharedTailCacheTests
{
    private readonly MemoryBudget _budget = new(1_000);

    [Fact]
    public void What_a_cache_holds_is_taken_from_the_budget_and_given_back()
    {
        var cache = new TailCache(600, _budget);
        Fill(cache, batches: 5);
        Assert.Equal(500, cache.SizeInBytes);
        Assert.Equal(500, _budget.Used);

        Fill(cache, batches: 5, from: 5);
        Assert.Equal(600, _budget.Used);
        cache.Clear();
        Assert.Equal(0, _budget.Used);
        cache.Clear();
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public void Partition_that_is_written_makes_room_of_its_own_oldest_where_the_budget_is_used_up()
    {
        var (quiet, busy) = (new TailCache(10_000, _budget), new TailCache(10_000, _budget));
        Fill(quiet, batches: 7);
        Fill(busy, batches: 20);

        Assert.Equal(700, quiet.SizeInBytes);
        Assert.Equal(300, busy.SizeInBytes);
        Assert.Equal(1_000, _budget.Used);
        Assert.Null(busy.TryRead(new Offset(16), 1_000, []));
        Assert.Equal(new Offset(20), busy.TryRead(new Offset(17), 1_000, []));
    }

    [Fact]
    public void Budget_that_others_have_used_up_leaves_a_cache_empty_until_they_give_back()
    {
        var (first, second) = (new TailCache(10_000, _budget), new TailCache(10_000, _budget));
        Fill(first, batches: 10);
        Fill(second, batches: 3);
        Assert.Equal(0, second.SizeInBytes);
        Assert.Null(second.TryRead(new Offset(2), 1_000, []));

        first.Clear();
        Fill(second, batches: 3, from: 3);
        Assert.Equal(300, second.SizeInBytes);
        Assert.Equal(300, _budget.Used);
    }

    [Fact]
    public void Gap_that_clears_a_cache_gives_back_too()
    {
        var cache = new TailCache(10_000, _budget);
        Fill(cache, batches: 5);
        Fill(cache, batches: 1, from: 9);

        Assert.Equal(100, _budget.Used);
    }

    /// <summary>Adds batches of one record and 100 bytes.</summary>
    private static void Fill(TailCache cache, int batches, long from = 0)
    {
        for (var offset = from; offset < from + batches; offset++)
        {
            cache.Add(new CachedBatch(new(offset), new(offset + 1), new byte[61], new byte[39]));
        }
    }
}
