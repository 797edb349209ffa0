using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Core.Tests.Support;

namespace OrleansQueue.Core.Tests.Log;

public sealed class FindTimeTests
{
    [Theory]
    [InlineData(TimestampKind.Append, BatchCompression.None)]
    [InlineData(TimestampKind.Append, BatchCompression.Gzip)]
    [InlineData(TimestampKind.Create, BatchCompression.None)]
    [InlineData(TimestampKind.Create, BatchCompression.Gzip)]
    public async Task A_time_leads_to_the_first_record_that_is_as_late(TimestampKind kind, BatchCompression compression)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var bench = await LogBench.OpenAsync(options => options with { Policy = new BatchPolicy { Timestamps = kind } });
            var start = Timestamp.Now(bench.Clock).UnixMilliseconds;
            var records = await FillAsync(bench, new Random(seed), kind, compression);
            await AssertFindsAsync(bench, records, start);
            bench.Log.Idle();
            await AssertFindsAsync(bench, records, start);
            await bench.OpenAsync();
            await AssertFindsAsync(bench, records, start);
        }
    }

    [Fact]
    public async Task Nothing_is_found_in_an_empty_log_or_behind_the_last_record()
    {
        var bench = await LogBench.OpenAsync();
        Assert.Null(await bench.Log.FindTimeAsync(new(0), CancellationToken.None));
        await bench.AppendSomeAsync();
        Assert.Equal(Offset.Zero, await bench.Log.FindTimeAsync(new(0), CancellationToken.None));
        Assert.Null(await bench.Log.FindTimeAsync(Timestamp.Now(bench.Clock).Plus(TimeSpan.FromMilliseconds(1)), CancellationToken.None));
    }

    private static async Task AssertFindsAsync(LogBench bench, List<Timestamp> records, long start)
    {
        for (var time = start - 2; time < start + 420; time++)
        {
            var expected = records.FindIndex(record => record.UnixMilliseconds >= time);
            Assert.Equal(expected < 0 ? null : expected, (await bench.Log.FindTimeAsync(new(time), CancellationToken.None))?.Value);
        }
    }

    /// <summary>Appends batches of some records and returns the time that each record has.</summary>
    private static async Task<List<Timestamp>> FillAsync(LogBench bench, Random random, TimestampKind kind, BatchCompression compression)
    {
        var times = new List<Timestamp>();
        for (var i = 0; i < 60; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(10)));
            var builder = new RecordBatchBuilder(256, compression);
            foreach (var _ in Enumerable.Range(0, random.Next(1, 6)))
            {
                // Producers' clocks run forwards and backwards.
                var time = Timestamp.Now(bench.Clock).Plus(TimeSpan.FromMilliseconds(random.Next(-100, 100)));
                builder.Append(time, NullableBytes.Null, Encoding.UTF8.GetBytes("value").AsSpan());
                times.Add(kind == TimestampKind.Create ? time : Timestamp.Now(bench.Clock));
            }

            await bench.AppendAsync(builder.Build(ProducerStamp.None));
        }

        return times;
    }
}
