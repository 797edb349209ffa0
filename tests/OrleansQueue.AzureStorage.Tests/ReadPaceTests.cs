namespace OrleansQueue.AzureStorage.Tests;

/// <summary>As much is read at once as the storage answers in a moment.</summary>
public sealed class ReadPaceTests
{
    private const int Most = 4 << 20;

    [Fact]
    public void Quick_answers_make_it_more_up_to_the_most()
    {
        var pace = new ReadPace(Most);
        var asked = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            asked.Add(pace.Bytes);
            pace.Took(pace.Bytes, TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal([256 << 10, 512 << 10, 1 << 20, 2 << 20, Most, Most], asked);
    }

    [Fact]
    public void A_small_request_says_nothing_of_large_ones()
    {
        var pace = new ReadPace(Most);
        pace.Took(100, TimeSpan.Zero);
        Assert.Equal(256 << 10, pace.Bytes);
    }

    [Fact]
    public void Slow_answers_and_failures_make_it_less_down_to_the_least()
    {
        var pace = new ReadPace(Most);
        pace.Took(pace.Bytes, TimeSpan.FromMilliseconds(500));
        Assert.Equal(128 << 10, pace.Bytes);
        pace.Slower();
        pace.Slower();
        Assert.Equal(64 << 10, pace.Bytes);
        pace.Took(pace.Bytes, TimeSpan.FromMilliseconds(200));
        Assert.Equal(64 << 10, pace.Bytes);
    }

    [Fact]
    public void It_is_never_more_than_is_allowed()
    {
        var pace = new ReadPace(1_000);
        pace.Took(1_000, TimeSpan.Zero);
        pace.Slower();
        Assert.Equal(1_000, pace.Bytes);
    }
}
