using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>A deletion fails when some of its segments are gone and some are not.</summary>
public sealed class UnfinishedDeletionTests
{
    private static readonly Retention Hour = new(TimeSpan.FromHours(1));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_ended_before_retention_looks_at_any_segment(bool throws)
    {
        var (bench, store) = await HalfDeletedAsync(throws);
        bench.Log.Idle();
        await Assert.ThrowsAsync<IOException>(() => ApplyAsync(bench));
        Assert.Null(await bench.Log.NextExpiryAsync(Hour, CancellationToken.None));
        Assert.True(bench.Log.IsDeletionOpen);

        store.AfterTheFirst = null;
        Assert.NotEqual(0, await ApplyAsync(bench));
        Assert.False(bench.Log.IsDeletionOpen);
        var start = bench.Log.Offsets.LogStart.Value;
        Assert.NotEqual(0, start);
        await bench.AssertHoldsAsync(100, start);
        Assert.NotNull(await bench.Log.NextExpiryAsync(Hour, CancellationToken.None));
    }

    [Fact]
    public async Task Until_it_is_ended_nobody_is_told_that_records_are_gone_and_those_that_are_there_are_read()
    {
        var (bench, _) = await HalfDeletedAsync();
        Assert.Equal(new LogRead(LogReadKind.Going, [], Offset.Zero), (await bench.ReadAsync(0)) with { Parts = [] });
        Assert.Equal(Offset.Zero, bench.Log.Offsets.LogStart);
        var second = await SecondSegmentAsync(bench);
        await bench.AssertHoldsAsync(100, second.Value);
    }

    [Fact]
    public async Task A_reader_that_misses_its_records_has_it_tried_again_once_in_a_second()
    {
        var (bench, store) = await HalfDeletedAsync();
        bench.Clock.Advance(bench.Options.RetryAfterFailure);
        Assert.Equal(LogReadKind.Going, (await bench.ReadAsync(0)).Kind);
        Assert.Equal(["retention busy"], bench.Told.All);

        store.AfterTheFirst = null;
        Assert.Equal(LogReadKind.Going, (await bench.ReadAsync(0)).Kind);
        await Assert.ThrowsAsync<FileNotFoundException>(() => bench.Log.FindTimeAsync(new(0), CancellationToken.None).AsTask());
        bench.Clock.Advance(bench.Options.RetryAfterFailure);
        var read = await bench.ReadAsync(0);
        Assert.Equal((LogReadKind.OutOfRange, bench.Log.Offsets.LogStart), (read.Kind, read.Next));
        Assert.InRange(read.Next.Value, 1, 60);
        Assert.Equal(read.Next, await bench.Log.FindTimeAsync(new(0), CancellationToken.None));
    }

    [Fact]
    public async Task A_search_by_time_has_it_tried_again_too()
    {
        var (bench, store) = await HalfDeletedAsync();
        store.AfterTheFirst = null;
        bench.Clock.Advance(bench.Options.RetryAfterFailure);
        var found = await bench.Log.FindTimeAsync(new(0), CancellationToken.None);
        Assert.NotEqual(Offset.Zero, found);
        Assert.Equal(bench.Log.Offsets.LogStart, found);
    }

    [Fact]
    public Task A_log_that_opens_itself_again_begins_with_what_is_left() => OneScheduler.RunAsync(async () =>
    {
        var (bench, _) = await HalfDeletedAsync();
        var second = await SecondSegmentAsync(bench);
        await bench.FailAppendAsync();
        await bench.AppendSomeAsync();
        Assert.False(bench.Log.IsDeletionOpen);
        Assert.Equal(second, bench.Log.Offsets.LogStart);
        Assert.Equal(LogReadKind.OutOfRange, (await bench.ReadAsync(0)).Kind);
        await bench.AssertHoldsAsync(101, second.Value);
    });

    [Fact]
    public Task No_index_is_rebuilt_beside_a_segment_whose_deletion_began() => OneScheduler.RunAsync(async () =>
    {
        var store = new HalfDeletingStore(new MemoryLogStore(FileStores.Id));
        var bench = await FilledAsync(store);
        var reading = new TaskCompletionSource();
        bench.Store.OnSidecar = (_, kind, file) => kind == Sidecar.State ? file : null;
        bench.Store.OnRead = segment => segment == Offset.Zero ? reading.Task : Task.CompletedTask;
        bench.Log.Idle();
        var written = new List<Offset>();
        store.OnSidecar = segment =>
        {
            written.Add(segment);
            return Task.CompletedTask;
        };
        var deleting = new TaskCompletionSource();
        bench.Store.OnDelete = () => deleting.Task;
        var read = bench.ReadAsync(0);
        var retention = bench.Log.ApplyRetentionAsync(new Retention(null, 1_000), null, CancellationToken.None).AsTask();
        await LogBench.SettleAsync();
        Assert.False(read.IsCompleted || retention.IsCompleted);

        reading.SetResult();
        await LogBench.SettleAsync();
        Assert.Equal(LogReadKind.Batches, (await read).Kind);
        deleting.SetResult();
        Assert.NotEqual(0, await retention);
        Assert.DoesNotContain(Offset.Zero, written);
    });

    [Fact]
    public Task A_deletion_waits_for_the_index_that_is_being_put_beside_its_segment() => OneScheduler.RunAsync(async () =>
    {
        var store = new HalfDeletingStore(new MemoryLogStore(FileStores.Id));
        var bench = await FilledAsync(store);
        bench.Store.OnSidecar = (_, kind, file) => kind == Sidecar.State ? file : null;
        bench.Log.Idle();
        var writing = new TaskCompletionSource();
        store.OnSidecar = segment => segment == Offset.Zero ? writing.Task : Task.CompletedTask;
        var read = bench.ReadAsync(0);
        var retention = bench.Log.ApplyRetentionAsync(new Retention(null, 1_000), null, CancellationToken.None).AsTask();
        await LogBench.SettleAsync();
        Assert.False(read.IsCompleted || retention.IsCompleted);

        writing.SetResult();
        Assert.NotEqual(0, await retention);
        await read;
        Assert.Empty(bench.Told.All);
    });

    private static async Task<(LogBench Bench, HalfDeletingStore Store)> HalfDeletedAsync(bool throws = true)
    {
        var store = new HalfDeletingStore(new MemoryLogStore(FileStores.Id));
        var bench = await FilledAsync(store);
        bench.Clock.Advance(TimeSpan.FromHours(1));
        store.AfterTheFirst = () => throws ? throw new IOException("busy") : StoreOutcome.NoSpace;
        await Assert.ThrowsAsync<IOException>(() => ApplyAsync(bench));
        Assert.Equal(Offset.Zero, bench.Log.Offsets.LogStart);
        return (bench, store);
    }

    private static async Task<int> ApplyAsync(LogBench bench) => await bench.Log.ApplyRetentionAsync(Hour, new Offset(60), CancellationToken.None);

    // One record each minute.
    private static async Task<LogBench> FilledAsync(HalfDeletingStore store)
    {
        var bench = await LogBench.OpenAsync(store: store);
        for (var i = 0; i < 100; i++)
        {
            await bench.AppendSomeAsync();
            bench.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        return bench;
    }

    // The first that can still be read from the store.
    private static async Task<Offset> SecondSegmentAsync(LogBench bench)
    {
        for (var offset = 1L; ; offset++)
        {
            if ((await bench.ReadAsync(offset, 1)).Kind == LogReadKind.Batches)
            {
                return new Offset(offset);
            }
        }
    }
}
