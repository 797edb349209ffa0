using OrleansQueue.Streams.Events;

namespace OrleansQueue.Streams.Tests.Events;

public sealed class EventCacheTests
{
    private const int EventBytes = 1_000;

    [Fact]
    public void What_does_not_fit_is_dropped_oldest_first()
    {
        var cache = new EventCache(maxBytes: 8 * EventBytes);
        cache.Reset(0);
        for (var i = 0; i < 10; i++)
        {
            cache.AddNewest(Chunks.Of(i, i + 1, EventBytes));
        }

        Assert.Equal(10, cache.End);
        Assert.Null(cache.Find(0));
        Assert.Equal(9, cache.Find(9)!.From);
        Assert.Null(cache.Find(10));
        Assert.InRange(cache.SizeInBytes, 1, 4 * EventBytes);
    }

    [Fact]
    public void One_chunk_is_kept_however_large()
    {
        var cache = new EventCache(maxBytes: 1);
        cache.Reset(5);
        cache.AddNewest(Chunks.Of(5, 7, EventBytes));
        cache.AddOlder(Chunks.Of(0, 3, EventBytes));

        Assert.NotNull(cache.Find(6));
        Assert.NotNull(cache.Find(2));
        Assert.Null(cache.Find(4));
    }

    [Fact]
    public void Older_chunk_that_is_used_stays_longest()
    {
        var cache = new EventCache(maxBytes: 6 * EventBytes);
        cache.Reset(100);
        cache.AddOlder(Chunks.Of(0, 1, EventBytes));
        cache.AddOlder(Chunks.Of(1, 2, EventBytes));
        Assert.NotNull(cache.Find(0));
        cache.AddOlder(Chunks.Of(2, 3, EventBytes));

        Assert.NotNull(cache.Find(0));
        Assert.Null(cache.Find(1));
    }

    [Fact]
    public void Chunk_is_found_by_any_offset_that_it_covers()
    {
        var cache = new EventCache(maxBytes: 1 << 20);
        cache.Reset(10);
        cache.AddNewest(Chunks.Of(10, 20, EventBytes));
        cache.AddNewest(Chunks.Of(20, 25, EventBytes));
        cache.AddNewest(Chunks.Of(25, 40, EventBytes));

        Assert.Null(cache.Find(9));
        Assert.All(Enumerable.Range(10, 30), offset => Assert.True(cache.Find(offset)!.Covers(offset)));
    }
}

/// <summary>Chunks of a test.</summary>
internal static class Chunks
{
    public static StreamId Stream { get; } = StreamId.Create("topic", "key");

    /// <summary>A chunk with one event of the stream at its beginning.</summary>
    public static Chunk Of(long from, long end, int bytes) => With(from, end, (from, bytes));

    /// <summary>A chunk with events of the stream at some offsets.</summary>
    public static Chunk With(long from, long end, params (long Offset, int Bytes)[] events)
    {
        var at = 0;
        var ends = events.Select(item => at += item.Bytes).ToArray();
        var found = new StreamEvents([.. events.Select(static item => item.Offset)], ends, new byte[at], null);
        return new Chunk(from, end, events.Length == 0 ? new Dictionary<StreamId, StreamEvents>() : new Dictionary<StreamId, StreamEvents> { [Stream] = found });
    }
}
