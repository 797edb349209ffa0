using OrleansQueue.Batches;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

public sealed class LogReadTests
{
    private const int Batches = 60;

    private static readonly int[] Sizes = [1, 100, 700, 1_999, 4_000, 1 << 20];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_offset_is_read_with_whole_batches_of_every_size(bool onFiles)
    {
        var bench = await FilledAsync(onFiles);
        foreach (var maxBytes in Sizes)
        {
            for (long from = 0; from < bench.Log.Offsets.HighWatermark.Value; from++)
            {
                var records = BatchMaker.Read((await bench.ReadAsync(from, maxBytes)).Parts);
                Assert.Equal(StartOf(from), records[0].Offset);
                Assert.All(records, record => Assert.Equal(LogBench.ValueAt(record.Offset), record.Value));
            }

            Assert.Equal(bench.Log.Offsets.HighWatermark.Value, (await bench.ReadAllAsync(0, maxBytes)).Count);
        }
    }

    [Fact]
    public async Task A_read_takes_as_many_batches_as_fit_but_one_at_least()
    {
        var bench = await FilledAsync(onFiles: false);
        for (long from = 0; from < 100; from += 3)
        {
            var one = (await bench.ReadAsync(from, 1)).Parts.Sum(part => part.Length);
            var read = await bench.ReadAsync(from, one);
            Assert.Equal(one, read.Parts.Sum(part => part.Length));
            Assert.InRange((await bench.ReadAsync(from, 600)).Parts.Sum(part => part.Length), one, 600);
            Assert.Equal(StartOf(from) + 3, read.Next.Value);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_cache_and_the_disk_answer_the_very_same_bytes(bool onFiles)
    {
        var bench = await LogBench.OpenAsync(options => options with { TailCacheBytes = 1 << 20 }, onFiles ? await FilesAsync() : null);
        await FillAsync(bench);
        var cached = new List<byte[]>();
        for (long from = 0; from < bench.Log.Offsets.HighWatermark.Value; from++)
        {
            cached.Add(BytesOf(await bench.ReadAsync(from, 1)));
        }

        Assert.Empty(bench.Store.Reads);
        bench.Log.Idle();
        for (var from = 0; from < cached.Count; from++)
        {
            Assert.Equal(cached[from], BytesOf(await bench.ReadAsync(from, 1)));
        }

        Assert.NotEmpty(bench.Store.Reads);
    }

    [Fact]
    public async Task The_end_answers_nothing_and_places_outside_say_where_to_go_on()
    {
        var bench = await FilledAsync(onFiles: false);
        var end = bench.Log.Offsets.HighWatermark;
        var atEnd = await bench.ReadAsync(end.Value);
        Assert.Equal((LogReadKind.Batches, 0, end), (atEnd.Kind, atEnd.Parts.Count, atEnd.Next));
        var behind = await bench.ReadAsync(end.Value + 1);
        Assert.Equal((LogReadKind.OutOfRange, end), (behind.Kind, behind.Next));
        Assert.NotEqual(0, await bench.Log.ApplyRetentionAsync(new Retention(null, 1), null, CancellationToken.None));
        var start = bench.Log.Offsets.LogStart;
        var before = await bench.ReadAsync(start.Value - 1);
        Assert.Equal((LogReadKind.OutOfRange, start), (before.Kind, before.Next));
        Assert.Equal(LogReadKind.Batches, (await bench.ReadAsync(start.Value)).Kind);
    }

    [Fact]
    public async Task A_read_near_the_index_entry_does_not_read_the_segment_from_its_front()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 1 << 20, TailCacheBytes = 0 });
        for (var i = 0; i < 1_000; i++)
        {
            await bench.AppendSomeAsync(3);
        }

        long first = long.MaxValue;
        bench.Store.Spoil = (_, position, _) => first = Math.Min(first, position);
        await bench.ReadAsync(2_900, 1);
        Assert.InRange(first, 90_000, 200_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(300)]
    [InlineData(1_000)]
    public async Task What_the_storage_gives_at_once_is_answered_without_waiting_for_more(int atOnce)
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 1 << 20, TailCacheBytes = 0 });
        await FillAsync(bench);
        var batch = (await bench.ReadAsync(0, 1)).Parts.Sum(part => part.Length);
        bench.Store.MostAtOnce = atOnce;
        bench.Store.Reads.Clear();

        var read = await bench.ReadAsync(0, 1 << 20);

        // One batch at least, in as many steps as its header and its bytes take, and else the whole batches of one step.
        Assert.InRange(read.Parts.Sum(part => part.Length), batch, Math.Max(atOnce, batch));
        Assert.Equal(atOnce > 2 * batch, read.Next > new Offset(3));
        Assert.InRange(bench.Store.Reads.Count, 1, atOnce >= batch ? 1 : batch + RecordBatchHeader.Size);
        Assert.Equal(bench.Log.Offsets.HighWatermark.Value, (await bench.ReadAllAsync(0, 1 << 20)).Count);
    }

    [Fact]
    public async Task A_cancelled_read_ends_and_the_next_one_finds_the_indexes()
    {
        var bench = await FilledAsync(onFiles: false);
        bench.Log.Idle();
        using var cancelled = new CancellationTokenSource();
        var reading = new TaskCompletionSource();
        bench.Store.OnSidecar = (_, _, _) => null;
        bench.Store.OnRead = _ => reading.Task;
        var read = bench.Log.ReadAsync(Offset.Zero, 1, cancelled.Token).AsTask();
        var other = bench.ReadAsync(0, 1);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        reading.SetResult();
        Assert.Equal(3, BatchMaker.Read((await other).Parts).Count);
    }

    private static long StartOf(long offset) => offset / 3 * 3;

    private static byte[] BytesOf(LogRead read) => [.. read.Parts.SelectMany(part => part.ToArray())];

    private static async Task<LogBench> FilledAsync(bool onFiles)
    {
        var bench = await LogBench.OpenAsync(store: onFiles ? await FilesAsync() : null);
        await FillAsync(bench);
        return bench;
    }

    // Batches of three records each, in several segments.
    private static async Task FillAsync(LogBench bench)
    {
        for (var i = 0; i < Batches; i++)
        {
            await bench.AppendSomeAsync(3);
        }
    }

    private static async Task<ILogStore> FilesAsync() => await FileStores.OpenAsync(new ForgetfulDisk());
}
