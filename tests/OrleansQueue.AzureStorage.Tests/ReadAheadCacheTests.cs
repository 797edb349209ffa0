namespace OrleansQueue.AzureStorage.Tests;

/// <summary>What is kept of bytes that were read ahead.</summary>
public sealed class ReadAheadCacheTests
{
    private readonly ReadAheadCache _cache = new(100);

    [Fact]
    public void It_gives_what_it_has_from_a_position_on()
    {
        _cache.Add("a", 50, [1, 2, 3, 4]);
        Assert.Equal([1, 2, 3, 4], Read("a", 50));
        Assert.Equal([3, 4], Read("a", 52));
        Assert.Equal([3], Read("a", 52, 1));
        Assert.Empty(Read("a", 49));
        Assert.Empty(Read("a", 54));
        Assert.Empty(Read("b", 50));
    }

    [Fact]
    public void It_stays_within_its_limit_and_what_was_used_longest_ago_goes_first()
    {
        for (var i = 0; i < 5; i++)
        {
            _cache.Add("a", i * 20, new byte[20]);
        }

        Assert.Equal(20, Read("a", 0).Length);
        _cache.Add("b", 0, new byte[30]);
        Assert.Equal("20 0 0 20 20 30", $"{LengthsAt("a", 0, 20, 40, 60, 80)} {LengthsAt("b", 0)}");
        _cache.Add("c", 0, new byte[100]);
        Assert.Equal("0 0 0 0 0 0 100", $"{LengthsAt("a", 0, 20, 40, 60, 80)} {LengthsAt("b", 0)} {LengthsAt("c", 0)}");
    }

    [Fact]
    public void What_is_longer_than_its_limit_is_not_kept_and_drives_nothing_out()
    {
        _cache.Add("a", 0, new byte[20]);
        _cache.Add("b", 0, new byte[101]);
        Assert.Empty(Read("b", 0));
        Assert.Equal(20, Read("a", 0).Length);
    }

    [Fact]
    public void A_reader_that_goes_on_gives_up_what_it_used()
    {
        _cache.Add("a", 0, new byte[20]);
        _cache.Add("a", 40, new byte[20]);
        Assert.Equal(0, _cache.TakeEndingAt("a", 10));
        Assert.Equal(0, _cache.TakeEndingAt("b", 20));
        Assert.Equal(20, _cache.TakeEndingAt("a", 20));
        Assert.Equal(0, _cache.TakeEndingAt("a", 20));
        Assert.Equal("0 20", LengthsAt("a", 0, 40));

        // Its room is free again.
        _cache.Add("b", 0, new byte[80]);
        Assert.Equal(20, Read("a", 40).Length);
    }

    private string LengthsAt(string blob, params int[] positions) => string.Join(' ', positions.Select(position => Read(blob, position).Length));

    private byte[] Read(string blob, long position, int most = 1000)
    {
        var into = new byte[most];
        return into[.._cache.Read(blob, position, into)];
    }
}
