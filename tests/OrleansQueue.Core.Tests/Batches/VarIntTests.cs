using FsCheck;
using FsCheck.Fluent;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

public sealed class VarIntTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(63, "7E")]
    [InlineData(-64, "7F")]
    [InlineData(64, "8001")]
    [InlineData(-65, "8101")]
    [InlineData(8191, "FE7F")]
    [InlineData(-8192, "FF7F")]
    [InlineData(8192, "808001")]
    [InlineData(-8193, "818001")]
    [InlineData(1048575, "FEFF7F")]
    [InlineData(-1048576, "FFFF7F")]
    [InlineData(1048576, "80808001")]
    [InlineData(134217727, "FEFFFF7F")]
    [InlineData(134217728, "8080808001")]
    [InlineData(int.MaxValue, "FEFFFFFF0F")]
    [InlineData(int.MinValue, "FFFFFFFF0F")]
    public void Number_of_32_bits_has_these_bytes_in_either_width(int value, string hex)
    {
        Assert.Equal(hex, Written(value));
        Assert.Equal(hex, Written((long)value));
        Assert.Equal(hex.Length / 2, VarInt.SizeOf(value));
        Assert.Equal(hex.Length / 2, VarInt.SizeOf((long)value));
        AssertReads32(hex, value);
        AssertReads64(hex, value);
    }

    [Theory]
    [InlineData(2147483648, "8080808010")]
    [InlineData(-2147483649, "8180808010")]
    [InlineData(17179869183, "FEFFFFFF7F")]
    [InlineData(17179869184, "808080808001")]
    [InlineData(4611686018427387903, "FEFFFFFFFFFFFFFF7F")]
    [InlineData(-4611686018427387904, "FFFFFFFFFFFFFFFF7F")]
    [InlineData(4611686018427387904, "80808080808080808001")]
    [InlineData(long.MaxValue, "FEFFFFFFFFFFFFFFFF01")]
    [InlineData(long.MinValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Number_of_64_bits_has_these_bytes_and_is_no_number_of_32(long value, string hex)
    {
        Assert.Equal(hex, Written(value));
        Assert.Equal(hex.Length / 2, VarInt.SizeOf(value));
        AssertReads64(hex, value);
        var at = 0;
        Assert.False(VarInt.TryRead(Convert.FromHexString(hex), ref at, out int _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFFFF")]
    [InlineData("8080808080")] // A sixth byte would have to follow.
    [InlineData("808080808000")]
    [InlineData("FFFFFFFF1F")] // A bit above the 32nd.
    [InlineData("808080807F")]
    public void Number_of_32_bits_that_ends_early_or_is_too_long_is_refused(string hex)
    {
        var at = 0;
        Assert.False(VarInt.TryRead(Convert.FromHexString(hex), ref at, out int _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFFFF02")] // A bit above the 64th.
    [InlineData("FFFFFFFFFFFFFFFFFF7F")]
    [InlineData("8080808080808080808000")] // Eleven bytes.
    public void Number_of_64_bits_that_ends_early_or_is_too_long_is_refused(string hex)
    {
        var at = 0;
        Assert.False(VarInt.TryRead(Convert.FromHexString(hex), ref at, out long _));
    }

    [Fact]
    public void Place_behind_the_end_is_refused()
    {
        var at = 5;
        Assert.False(VarInt.TryRead([0], ref at, out int _));
        Assert.False(VarInt.TryRead([0], ref at, out long _));
    }

    [Fact]
    public void Number_in_more_bytes_than_it_needs_is_read() => AssertReads32("8100", -1);

    [Fact]
    public void Any_number_is_read_as_written_in_as_many_bytes_as_its_size() =>
        Prop.ForAll(Arb.From(ArbitraryRecords.Timestamps), value =>
        {
            AssertReads64(Written(value), value);
            Assert.Equal(Written(value).Length / 2, VarInt.SizeOf(value));
            AssertReads32(Written((int)value), (int)value);
            Assert.Equal(Written((int)value).Length / 2, VarInt.SizeOf((int)value));
        }).QuickCheckThrowOnFailure();

    private static string Written(int value)
    {
        var to = new byte[VarInt.MaxBytes32];
        return Convert.ToHexString(to, 0, VarInt.Write(to, value));
    }

    private static string Written(long value)
    {
        var to = new byte[VarInt.MaxBytes64];
        return Convert.ToHexString(to, 0, VarInt.Write(to, value));
    }

    private static void AssertReads32(string hex, int value)
    {
        // One byte before and one behind show that exactly the number's own bytes are taken.
        var bytes = Convert.FromHexString("FF" + hex + "FF");
        var at = 1;
        Assert.True(VarInt.TryRead(bytes, ref at, out int read));
        Assert.Equal(value, read);
        Assert.Equal(bytes.Length - 1, at);
    }

    private static void AssertReads64(string hex, long value)
    {
        var bytes = Convert.FromHexString("FF" + hex + "FF");
        var at = 1;
        Assert.True(VarInt.TryRead(bytes, ref at, out long read));
        Assert.Equal(value, read);
        Assert.Equal(bytes.Length - 1, at);
    }
}
