using System.Text;
using OrleansQueue.Cli.Commands;

namespace OrleansQueue.Cli.Tests;

/// <summary>How the input of <c>oq produce</c> becomes lines.</summary>
public sealed class LineReaderTests
{
    private const int Longest = 10;

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\nb", new[] { "a", "b" })]
    [InlineData("\n\nb\n", new[] { "", "", "b" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("a\r\r\nb\rc\n", new[] { "a\r", "b\rc" })]
    [InlineData("\r\n\r", new[] { "", "\r" })]
    [InlineData("0123456789\n0123456789\r\n0123456789", new[] { "0123456789", "0123456789", "0123456789" })]
    public async Task A_line_ends_at_a_newline_with_or_without_one_return_before_it(string input, string[] lines)
    {
        // However the bytes come, the lines are the same.
        foreach (var atOnce in new[] { 1, 2, 3, 100 })
        {
            Assert.Equal(lines, (await ReadAllAsync(Encoding.UTF8.GetBytes(input), atOnce)).Select(line => Encoding.UTF8.GetString(line.Bytes)));
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_stay_as_they_are()
    {
        var lines = await ReadAllAsync([0xFF, 0x00, 0xC3, (byte)'\n', 0xEF, 0xBB, 0xBF], 2);

        Assert.Equal([[0xFF, 0x00, 0xC3], [0xEF, 0xBB, 0xBF]], lines.Select(line => line.Bytes));
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_passed_over_and_the_next_is_read()
    {
        foreach (var atOnce in new[] { 1, 7, 1_000_000 })
        {
            var lines = await ReadAllAsync(Encoding.UTF8.GetBytes($"a\n{new string('x', 300_000)}\n01234567890\nb\n{new string('y', 11)}"), atOnce);

            Assert.Equal([false, true, true, false, true], lines.Select(line => line.IsTooLong));
            Assert.Equal([1, 300_000, 11, 1, 11], lines.Select(line => line.Size));
            Assert.Equal("b"u8.ToArray(), lines[3].Bytes);
        }
    }

    [Fact]
    public async Task A_line_that_is_far_too_long_takes_no_memory()
    {
        using var input = new Endless(1L << 30);
        var lines = new LineReader(input, Longest);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var line = await lines.ReadAsync(CancellationToken.None);

        Assert.Equal(1L << 30, line!.Value.Size);
        Assert.True(input.LargestRead <= 1 << 16, $"{input.LargestRead} bytes were held.");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 << 20);
    }

    [Fact]
    public async Task A_wait_for_input_that_does_not_come_can_be_cancelled()
    {
        using var input = new Endless(0);
        using var cancelling = new CancellationTokenSource();
        var reading = new LineReader(input, Longest).ReadAsync(cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static async Task<List<(byte[] Bytes, bool IsTooLong, long Size)>> ReadAllAsync(byte[] input, int atOnce)
    {
        using var stream = new Piecemeal(input, atOnce);
        var reader = new LineReader(stream, Longest);
        var lines = new List<(byte[], bool, long)>();
        while (await reader.ReadAsync(CancellationToken.None) is { } line)
        {
            lines.Add((line.Bytes.ToArray(), line.IsTooLong, line.Size));
        }

        return lines;
    }

    private sealed class Piecemeal(byte[] bytes, int atOnce) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, atOnce));
    }

    /// <summary>So many bytes without a newline, and then the end; where they are none, a read waits for ever.</summary>
    private sealed class Endless(long bytes) : MemoryStream
    {
        private readonly ManualResetEventSlim _never = new();
        private long _left = bytes;

        public int LargestRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0 && LargestRead == 0)
            {
                _never.Wait();
            }

            LargestRead = Math.Max(LargestRead, count);
            var read = (int)Math.Min(_left, count);
            _left -= read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            // Who still waits ends with that.
            _never.Set();
            base.Dispose(disposing);
        }
    }
}
