using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class TailCacheTests
{
    private readonly List<ReadOnlyMemory<byte>> _parts = [];

    [Fact]
    public void A_read_begins_with_the_batch_that_holds_the_offset()
    {
        var cache = Filled(capacity: 10_000);
        foreach (var from in new[] { 13L, 12, 10 })
        {
            _parts.Clear();
            Assert.Equal(new Offset(20), cache.TryRead(new(from), 200, _parts));
            Assert.Equal([2, 102, 3, 103], _parts.Select(part => (int)part.Span[0]));
        }
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(99, 5)]
    [InlineData(100, 5)]
    [InlineData(199, 5)]
    [InlineData(200, 10)]
    [InlineData(999, 45)]
    [InlineData(1_000, 50)]
    [InlineData(int.MaxValue, 50)]
    public void A_read_takes_as_many_batches_as_fit_but_one_at_least(int maxBytes, long next) =>
        Assert.Equal(new Offset(next), Filled(capacity: 10_000).TryRead(Offset.Zero, maxBytes, _parts));

    [Fact]
    public void The_oldest_make_room_for_the_newest()
    {
        var cache = Filled(capacity: 350);
        Assert.Equal(300, cache.SizeInBytes);
        Assert.Null(cache.TryRead(new(34), 1_000, _parts));
        Assert.Equal(new Offset(50), cache.TryRead(new(35), 1_000, _parts));
    }

    [Fact]
    public void A_batch_larger_than_the_cache_is_not_kept()
    {
        var cache = Filled(capacity: 99);
        Assert.Equal(0, cache.SizeInBytes);
        Assert.Null(cache.TryRead(new(49), 1_000, _parts));
    }

    [Fact]
    public void Offsets_outside_are_not_there()
    {
        Assert.Null(new TailCache(100, MemoryBudget.Unlimited).TryRead(Offset.Zero, 100, _parts));
        var cache = Filled(capacity: 10_000);
        Assert.Null(cache.TryRead(new(50), 100, _parts));
        cache.Clear();
        Assert.Null(cache.TryRead(Offset.Zero, 100, _parts));
        Assert.Empty(_parts);
        Assert.Equal(0, cache.SizeInBytes);
    }

    [Fact]
    public void A_gap_clears_what_lies_before_it()
    {
        var cache = Filled(capacity: 10_000);
        cache.Add(Batch(11, first: 55));
        Assert.Null(cache.TryRead(new(49), 1_000, _parts));
        Assert.Equal(new Offset(60), cache.TryRead(new(55), 1_000, _parts));
        Assert.Equal(100, cache.SizeInBytes);
    }

    // Ten batches of 100 bytes and five offsets each.
    private static TailCache Filled(int capacity)
    {
        var cache = new TailCache(capacity, MemoryBudget.Unlimited);
        for (var i = 0; i < 10; i++)
        {
            cache.Add(Batch((byte)i, i * 5));
        }

        return cache;
    }

    private static CachedBatch Batch(byte number, long first)
    {
        var header = new byte[61];
        var records = new byte[39];
        header[0] = number;
        records[0] = (byte)(100 + number);
        return new CachedBatch(new(first), new(first + 5), header, records);
    }
}
