using OrleansQueue.Batches;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>Bytes of a sealed segment change at rest; no read may answer them as if nothing were wrong.</summary>
public sealed class BitRotTests
{
    private const int Records = 3;

    public static TheoryData<string, int> Fields => new()
    {
        { "base offset", BatchLayout.BaseOffset + 7 },
        { "high byte of the base offset", BatchLayout.BaseOffset + 1 },
        { "length", BatchLayout.Length + 3 },
        { "high byte of the length", BatchLayout.Length },
        { "epoch", BatchLayout.Epoch + 3 },
        { "high byte of the epoch", BatchLayout.Epoch },
        { "magic", BatchLayout.Magic },
        { "crc", BatchLayout.Crc },
        { "attributes", BatchLayout.Attributes + 1 },
        { "last offset delta", BatchLayout.LastOffsetDelta + 3 },
        { "base timestamp", BatchLayout.BaseTimestamp },
        { "max timestamp", BatchLayout.MaxTimestamp },
        { "producer", BatchLayout.ProducerId },
        { "producer epoch", BatchLayout.ProducerEpoch },
        { "sequence", BatchLayout.BaseSequence },
        { "record count", BatchLayout.RecordCount + 3 },
        { "records", BatchLayout.HeaderSize + 5 },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_flipped_bit_is_found_by_the_read_that_meets_it_and_reads_before_it_go_on(string field, int at)
    {
        foreach (var bit in Enumerable.Range(0, 8))
        {
            var bench = await FilledAsync();
            var (segment, positions) = await SecondSegmentAsync(bench);
            foreach (var batch in new[] { 0, 1, positions.Count - 1 })
            {
                bench.Store.Spoil = (of, position, bytes) => Flip(of == segment, positions[batch] + at - position, bytes, bit);
                var bad = segment.Plus(batch * Records);
                var error = await Assert.ThrowsAsync<LogDamagedException>(() => bench.ReadAsync(bad.Value, 1));
                Assert.True(error.Offset <= bad.Plus(Records), $"{field}, bit {bit} of batch {batch}: {error.Message}");
                Assert.Contains("p-test, segment " + SegmentName.OfLog(segment), error.Message, StringComparison.Ordinal);

                bench.Store.Spoil = (of, position, bytes) => Flip(of == segment, positions[batch] + at - position, bytes, bit);
                await AssertReadsUpToAsync(bench, bad.Value);
            }
        }
    }

    [Fact]
    public async Task The_error_names_the_first_offset_of_the_batch_and_where_it_lies()
    {
        var bench = await FilledAsync();
        var (segment, positions) = await SecondSegmentAsync(bench);
        bench.Store.Spoil = (of, position, bytes) => Flip(of == segment, positions[2] + BatchLayout.HeaderSize - position, bytes, 0);
        var error = await Assert.ThrowsAsync<LogDamagedException>(() => bench.ReadAsync(segment.Value + 7, 1));
        Assert.Equal(segment.Plus(6), error.Offset);
        Assert.Equal(positions[2], error.Position);
        Assert.Contains("batch CRC", error.Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_search_by_time_believes_no_time_of_a_damaged_batch_be_it_too_late_or_too_early(int at)
    {
        var bench = await FilledAsync();
        var (segment, positions) = await SecondSegmentAsync(bench);
        var bad = segment.Plus(Records);
        var time = RecordBatchHeader.Read((await bench.ReadAsync(bad.Value, 1)).Parts[0].Span).MaxTimestamp;
        Assert.Equal(bad, await bench.Log.FindTimeAsync(time, CancellationToken.None));
        bench.Store.Spoil = (of, position, bytes) => Flip(of == segment, positions[1] + BatchLayout.MaxTimestamp + at - position, bytes, 0);
        await Assert.ThrowsAsync<LogDamagedException>(async () => await bench.Log.FindTimeAsync(time, CancellationToken.None));
    }

    [Fact]
    public async Task A_sealed_segment_that_got_shorter_is_damaged_where_it_ends()
    {
        var bench = await FilledAsync();
        var (segment, positions) = await SecondSegmentAsync(bench);
        bench.Store.Cut = of => of == segment ? positions[2] : null;
        await AssertReadsUpToAsync(bench, segment.Value + 6);
        var error = await Assert.ThrowsAsync<LogDamagedException>(() => bench.ReadAsync(segment.Value + 6, 1));
        Assert.Equal(segment.Plus(6), error.Offset);
    }

    private static async Task AssertReadsUpToAsync(LogBench bench, long end)
    {
        for (long from = 0; from < end;)
        {
            var read = await bench.ReadAsync(from, 1_000);
            Assert.All(BatchMaker.Read(read.Parts), record => Assert.Equal(LogBench.ValueAt(record.Offset), record.Value));
            Assert.True(read.Next.Value > from && read.Next.Value <= end, $"The read from {from} ends at {read.Next}, behind {end}.");
            from = read.Next.Value;
        }
    }

    private static void Flip(bool here, long at, Memory<byte> bytes, int bit)
    {
        if (here && at >= 0 && at < bytes.Length)
        {
            bytes.Span[(int)at] ^= (byte)(1 << bit);
        }
    }

    // Three segments by three owners, so that epochs rise, and no cache.
    private static async Task<LogBench> FilledAsync()
    {
        var bench = await LogBench.OpenAsync(options => options with { TailCacheBytes = 0, SegmentBytes = 1_200 });
        for (var i = 0; i < 30; i++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await bench.AppendSomeAsync(Records);
            if (i % 7 == 6)
            {
                await bench.OpenAsync();
            }
        }

        return bench;
    }

    private static async Task<(Offset Segment, List<long> Positions)> SecondSegmentAsync(LogBench bench)
    {
        await using var log = await bench.Store.OpenAsync(LogId.Parse("p-test"), new LogOptions(), new TailIndexer(100, new(0)), CancellationToken.None);
        var segment = log.Segments[1];
        var positions = new List<long>();
        for (long at = 0; at < segment.Length;)
        {
            var header = new byte[RecordBatchHeader.Size];
            await log.ReadAsync(segment.FirstOffset, at, header, CancellationToken.None);
            positions.Add(at);
            at += RecordBatchHeader.Read(header).SizeInBytes;
        }

        Assert.InRange(positions.Count, 5, 20);
        return (segment.FirstOffset, positions);
    }
}
