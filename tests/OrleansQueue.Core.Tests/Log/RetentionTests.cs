using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class RetentionTests
{
    private static readonly Timestamp Now = new(100_000);

    [Fact]
    public void What_was_appended_longer_ago_than_the_time_is_expired()
    {
        var retention = new Retention(TimeSpan.FromSeconds(10));
        Assert.True(retention.IsExpired(new(89_999), Now));
        Assert.False(retention.IsExpired(new(90_000), Now));
        Assert.False(retention.IsExpired(new(100_001), Now));
    }

    [Fact]
    public void Without_a_time_nothing_expires() => Assert.False(new Retention(null).IsExpired(new(long.MinValue), Now));

    [Fact]
    public void Bytes_go_only_while_as_many_as_asked_for_stay()
    {
        var retention = new Retention(null, 1_000);
        Assert.True(retention.IsTooMuch(1_000));
        Assert.False(retention.IsTooMuch(999));
        Assert.False(new Retention(null).IsTooMuch(long.MaxValue));
    }
}
