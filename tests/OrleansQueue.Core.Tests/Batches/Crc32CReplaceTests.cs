using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class Crc32CReplaceTests
{
    [Fact]
    public void Replaced_bytes_give_the_CRC_of_the_changed_whole() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 300)), Arb.From(Gen.Choose(0, 300)), Arb.From(Gen.Choose(0, 30_000)), AssertReplaces)
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 22, (1 << 20) + 1)]
    [InlineData(21, 22, 2 << 20)]
    [InlineData(7, 1, (5 << 20) - 3)]
    [InlineData(1 << 20, 22, 3 << 20)]
    [InlineData(0, 2 << 20, 0)]
    public void Replaced_bytes_in_front_of_megabytes_give_the_CRC_of_the_changed_whole(int front, int replaced, int behind) =>
        AssertReplaces(front, replaced, behind);

    [Fact]
    public void Bytes_replaced_by_themselves_leave_the_CRC() =>
        Assert.Equal(0x12345678u, Crc32C.Replace(0x12345678u, "same"u8, "same"u8, 1_000));

    [Fact]
    public void Bytes_cannot_be_replaced_by_more_or_fewer()
    {
        var e = Assert.Throws<ArgumentException>(() => Crc32C.Replace(0, [1, 2], [1, 2, 3], 0));
        Assert.StartsWith("3 bytes cannot replace 2.", e.Message, StringComparison.Ordinal);
    }

    private static void AssertReplaces(int front, int replaced, int behind)
    {
        var before = Crc32CTests.RandomBytes(front + replaced + behind, seed: front + behind);
        var after = before.ToArray();
        Crc32CTests.RandomBytes(replaced, seed: replaced + 1).CopyTo(after, front);
        var crc = Crc32C.Replace(Crc32C.Compute(before), before.AsSpan(front, replaced), after.AsSpan(front, replaced), behind);
        Assert.Equal(ReferenceCrc32C.ComputeByTable(after), crc);
    }
}
