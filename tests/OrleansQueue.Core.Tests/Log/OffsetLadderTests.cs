using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class OffsetLadderTests
{
    [Fact]
    public void A_new_ladder_stands_at_the_end()
    {
        var ladder = new OffsetLadder(new(3), new(10));
        Assert.Equal("3 <= 10 <= 10 <= 10", ladder.ToString());
    }

    [Fact]
    public void Offsets_are_assigned_then_kept_and_what_is_not_kept_is_given_out_again()
    {
        var ladder = new OffsetLadder(Offset.Zero, Offset.Zero);
        ladder.Assign(new(5));
        ladder.Assign(new(9));
        Assert.Equal("0 <= 0 <= 0 <= 9", ladder.ToString());
        ladder.Commit(new(5));
        Assert.Equal("0 <= 5 <= 5 <= 9", ladder.ToString());
        ladder.Rewind();
        Assert.Equal("0 <= 5 <= 5 <= 5", ladder.ToString());
        ladder.Trim(new(5));
        Assert.Equal("5 <= 5 <= 5 <= 5", ladder.ToString());
    }

    [Fact]
    public void No_step_breaks_the_order_or_lets_an_offset_fall()
    {
        Assert.Throws<InvalidOperationException>(() => new OffsetLadder(new(5), new(4)));
        Assert.Throws<InvalidOperationException>(() => Ladder().Assign(new(9)));
        Assert.Throws<InvalidOperationException>(() => Ladder().Commit(new(21)));
        Assert.Throws<InvalidOperationException>(() => Ladder().Commit(new(9)));
        Assert.Throws<InvalidOperationException>(() => Ladder().Trim(new(11)));
        Assert.Throws<InvalidOperationException>(() => Ladder().Trim(new(1)));
    }

    private static OffsetLadder Ladder()
    {
        var ladder = new OffsetLadder(new(2), new(10));
        ladder.Assign(new(20));
        return ladder;
    }
}
