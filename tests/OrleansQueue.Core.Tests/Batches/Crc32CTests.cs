using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class Crc32CTests
{
    // The lanes of the implementation: three of 2048 bytes at a time.
    private const int Lane = 2048;
    private const int Block = 3 * Lane;

    public static TheoryData<int> LengthsRoundTheLanes =>
    [
        .. new[] { 0, 8, 64, Lane, 2 * Lane, Block, Block + Lane, 2 * Block, 3 * Block, 10 * Block }
            .SelectMany(length => Enumerable.Range(-9, 19).Select(d => length + d))
            .Where(length => length >= 0)
            .Distinct(),
    ];

    [Fact]
    public void Vectors_of_RFC_3720_appendix_B_4_hold()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0x113FDB5Cu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray()));
    }

    [Fact]
    public void Check_value_of_the_digits_holds() => Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));

    [Fact]
    public void Nothing_has_CRC_0() => Assert.Equal(0u, Crc32C.Compute([]));

    [Fact]
    public void Reference_of_these_tests_holds_the_check_value()
    {
        Assert.Equal(0xE3069283u, ReferenceCrc32C.Compute("123456789"u8));
        Assert.Equal(0xE3069283u, ReferenceCrc32C.ComputeByTable("123456789"u8));
    }

    [Theory]
    [MemberData(nameof(LengthsRoundTheLanes))]
    public void Length_at_a_boundary_of_the_lanes_agrees_with_the_plain_way(int length)
    {
        var bytes = RandomBytes(length, seed: length);
        Assert.Equal(ReferenceCrc32C.Compute(bytes), Crc32C.Compute(bytes));
    }

    [Fact]
    public void Any_bytes_at_any_place_in_memory_agree_with_the_plain_way() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 4 * Block)), Arb.From(Gen.Choose(0, 9)), (length, skip) =>
        {
            var bytes = RandomBytes(length + skip, seed: length).AsSpan(skip);
            Assert.Equal(ReferenceCrc32C.Compute(bytes), Crc32C.Compute(bytes));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Append_over_any_split_gives_the_CRC_of_the_whole() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 3 * Block)), Arb.From(Gen.Choose(0, 3 * Block)), (front, back) =>
        {
            var bytes = RandomBytes(front + back, seed: front);
            var whole = Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, front)), bytes.AsSpan(front));
            Assert.Equal(ReferenceCrc32C.ComputeByTable(bytes), whole);
        }).QuickCheckThrowOnFailure();

    internal static byte[] RandomBytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
