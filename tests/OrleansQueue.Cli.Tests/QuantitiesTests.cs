using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Tests;

/// <summary>How durations and sizes are typed.</summary>
public sealed class QuantitiesTests
{
    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("30s", 30)]
    [InlineData("1.5s", 1.5)]
    [InlineData("15m", 900)]
    [InlineData("2h", 7_200)]
    [InlineData("7d", 604_800)]
    [InlineData("0s", 0)]
    public void A_duration_has_a_number_and_a_unit(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Quantities.TryParseTime(text));

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("1,5s")]
    [InlineData("5S")]
    [InlineData("1w")]
    [InlineData("99999999999d")]
    [InlineData("NaNs")]
    public void What_is_no_duration_is_not_taken_for_one(string text) => Assert.Null(Quantities.TryParseTime(text));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("100", 100)]
    [InlineData("100B", 100)]
    [InlineData("64KiB", 65_536)]
    [InlineData("64kib", 65_536)]
    [InlineData("1.5KiB", 1_536)]
    [InlineData("10MB", 10_000_000)]
    [InlineData("1MiB", 1_048_576)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("3GB", 3_000_000_000)]
    [InlineData("1TiB", 1_099_511_627_776)]
    [InlineData("1TB", 1_000_000_000_000)]
    public void A_size_counts_in_thousands_or_with_an_i_in_1024(string text, long bytes) => Assert.Equal(bytes, Quantities.TryParseSize(text));

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1B")]
    [InlineData("1 KiB")]
    [InlineData("1PB")]
    [InlineData("9999999999TB")]
    [InlineData("many")]
    public void What_is_no_size_is_not_taken_for_one(string text) => Assert.Null(Quantities.TryParseSize(text));
}
