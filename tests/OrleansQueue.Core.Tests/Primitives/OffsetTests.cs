namespace OrleansQueue.Core.Tests.Primitives;

public sealed class OffsetTests
{
    [Fact]
    public void Offset_behind_the_end_of_numbers_throws_and_never_wraps()
    {
        Assert.Equal(new Offset(long.MaxValue), new Offset(long.MaxValue - 1).Plus(1));
        Assert.Throws<OverflowException>(() => new Offset(long.MaxValue).Plus(1));
    }

    [Fact]
    public void Order_follows_the_number()
    {
        var (low, high) = (Offset.Zero, new Offset(9));
        Assert.True(low < high && high > low && low <= high && high >= low);
        Assert.Equal(high, Offset.Max(low, high));
        Assert.Equal(low, Offset.Min(low, high));
    }

    [Fact]
    public void Epoch_of_nobody_lies_before_every_other()
    {
        var first = new Epoch(0);
        Assert.True(Epoch.None < first && first > Epoch.None && Epoch.None <= first && first >= Epoch.None);
        Assert.Equal("-1", Epoch.None.ToString());
    }
}
