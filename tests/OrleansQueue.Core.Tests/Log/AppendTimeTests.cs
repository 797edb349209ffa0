using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

public sealed class AppendTimeTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task The_append_time_never_falls_though_the_clock_jumps_back(bool reopen, bool roll)
    {
        var bench = await LogBench.OpenAsync();
        var times = new List<Timestamp> { await AppendAsync(bench) };
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        times.Add(await AppendAsync(bench));
        if (roll)
        {
            // The newest segment is past its time and ended; the one that follows is empty.
            await bench.Log.ApplyRetentionAsync(new Retention(TimeSpan.FromMinutes(-1)), Offset.Zero, CancellationToken.None);
            Assert.Equal(Offset.Zero, bench.Log.Offsets.LogStart);
        }

        bench.Clock.Advance(TimeSpan.FromHours(-1));
        if (reopen)
        {
            await bench.OpenAsync();
        }

        times.Add(await AppendAsync(bench));
        bench.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(1));
        times.Add(await AppendAsync(bench));
        Assert.Equal(times.Order(), times);
        Assert.Equal(times[1], times[2]);
        Assert.Equal(times[2].UnixMilliseconds + 1, times[3].UnixMilliseconds);
        bench.Log.Idle();
        Assert.Equal(times, (await HeadersAsync(bench)).Select(header => header.MaxTimestamp));
    }

    [Fact]
    public async Task A_batch_carries_the_append_time_that_was_answered_and_a_crc_that_holds()
    {
        var bench = await LogBench.OpenAsync();
        var time = await AppendAsync(bench);
        var read = await bench.ReadAsync(0);
        var batch = read.Parts.SelectMany(part => part.ToArray()).ToArray();
        Assert.Null(BatchEnvelope.Check(batch, out var header));
        Assert.Equal(time, header.MaxTimestamp);
        Assert.Equal(TimestampKind.Append, header.Attributes.TimestampKind);
        Assert.Equal(bench.Log.Epoch, header.Epoch);
    }

    [Fact]
    public async Task The_producers_times_are_kept_where_the_topic_says_so()
    {
        var bench = await LogBench.OpenAsync(options => options with { Policy = new BatchPolicy { Timestamps = TimestampKind.Create } });
        await AppendAsync(bench);
        var header = Assert.Single(await HeadersAsync(bench));
        Assert.Equal(new Timestamp(1_000), header.MaxTimestamp);
        Assert.Equal(TimestampKind.Create, header.Attributes.TimestampKind);
    }

    [Fact]
    public async Task A_producer_with_old_timestamps_is_not_forgotten()
    {
        var bench = await LogBench.OpenAsync(options => options with { Policy = new BatchPolicy { Timestamps = TimestampKind.Create } });
        await bench.AppendAsync(LogBench.Produced(0));
        await bench.Log.ApplyRetentionAsync(new Retention(null), null, CancellationToken.None);
        Assert.IsType<ProduceResult.Duplicate>(await bench.AppendAsync(LogBench.Produced(0)));
        await bench.OpenAsync();
        Assert.IsType<ProduceResult.Duplicate>(await bench.AppendAsync(LogBench.Produced(0)));
        Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(1)));
    }

    [Fact]
    public async Task A_producer_is_forgotten_a_day_after_its_last_batch_though_nothing_is_deleted()
    {
        var bench = await LogBench.OpenAsync();
        await bench.AppendAsync(LogBench.Produced(0));
        bench.Clock.Advance(TimeSpan.FromDays(1));
        await bench.Log.ApplyRetentionAsync(new Retention(null), null, CancellationToken.None);
        await bench.AppendAsync(LogBench.Produced(0, producer: 2));
        Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(1)));
        bench.Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMilliseconds(1));
        await bench.Log.ApplyRetentionAsync(new Retention(null), null, CancellationToken.None);
        Assert.IsType<ProduceResult.UnknownProducer>(await bench.AppendAsync(LogBench.Produced(2)));
        await bench.OpenAsync();
        Assert.IsType<ProduceResult.UnknownProducer>(await bench.AppendAsync(LogBench.Produced(2)));
    }

    private static async Task<Timestamp> AppendAsync(LogBench bench) =>
        Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(BatchMaker.Of("value"))).AppendTime;

    private static async Task<List<RecordBatchHeader>> HeadersAsync(LogBench bench)
    {
        var headers = new List<RecordBatchHeader>();
        for (long from = 0; from < bench.Log.Offsets.HighWatermark.Value;)
        {
            var read = await bench.ReadAsync(from, maxBytes: 1);
            headers.Add(RecordBatchHeader.Read(read.Parts[0].Span));
            from = read.Next.Value;
        }

        return headers;
    }
}
