using FsCheck;
using FsCheck.Fluent;

namespace OrleansQueue.Core.Tests.Primitives;

public sealed class SequenceTests
{
    private static readonly Gen<Sequence> Any = Gen.OneOf(
        Gen.Choose(0, int.MaxValue),
        Gen.Elements(0, 1, (1 << 30) - 1, 1 << 30, int.MaxValue - 1, int.MaxValue)).Select(n => new Sequence(n));

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(int.MaxValue - 1, 1, int.MaxValue)]
    [InlineData(int.MaxValue, 1, 0)]
    [InlineData(int.MaxValue, 2, 1)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue - 1)]
    [InlineData(0, -1, int.MaxValue)]
    [InlineData(5, -5, 0)]
    [InlineData(-1, 1, 0)]
    public void Sequence_wraps_to_0_behind_the_largest(int from, int count, int to) =>
        Assert.Equal(new Sequence(to), new Sequence(from).Plus(count));

    [Theory]
    [InlineData(7, 7, 0)]
    [InlineData(8, 7, 1)]
    [InlineData(7, 8, -1)]
    [InlineData(0, int.MaxValue, 1)]
    [InlineData(int.MaxValue, 0, -1)]
    [InlineData(4, int.MaxValue - 5, 10)]
    [InlineData((1 << 30) - 1, 0, (1 << 30) - 1)]
    [InlineData(1 << 30, 0, -(1 << 30))]
    [InlineData(0, 1 << 30, -(1 << 30))]
    public void Distance_is_counted_on_the_shorter_way_round(int to, int from, int distance) =>
        Assert.Equal(distance, new Sequence(to).DistanceFrom(new(from)));

    [Fact]
    public void Distance_is_what_was_added() =>
        Prop.ForAll(Arb.From(Any), Arb.From(Gen.Choose(-(1 << 30), (1 << 30) - 1)), (from, count) =>
        {
            Assert.InRange(from.Plus(count).Value, 0, int.MaxValue);
            Assert.Equal(count, from.Plus(count).DistanceFrom(from));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Stamp_without_a_producer_is_not_idempotent()
    {
        Assert.False(ProducerStamp.None.IsIdempotent);
        Assert.True(new ProducerStamp(new(0), new(0), Sequence.Zero).IsIdempotent);
        Assert.Equal(-1, ProducerStamp.None.Id.Value);
        Assert.Equal(-1, ProducerStamp.None.Epoch.Value);
        Assert.Equal(-1, ProducerStamp.None.First.Value);
    }
}
