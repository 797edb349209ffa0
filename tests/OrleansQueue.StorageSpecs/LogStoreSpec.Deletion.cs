using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>What every back end promises of deletion, listing and the small files beside a segment.</summary>
public abstract partial class LogStoreSpec
{
    [Fact]
    public async Task Delete_before_takes_the_earlier_segments_and_no_other()
    {
        var log = await ThreeSegmentsAsync(Orders);
        await log.DeleteBeforeAsync(new(2));
        await Assert.ThrowsAnyAsync<IOException>(async () => await log.Log.ReadAsync(Offset.Zero, 0, new byte[10], CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(async () => await log.Log.ReadAsync(new(1), 0, new byte[10], CancellationToken.None));
        await log.KeepAsync("more");
        var again = await TestLog.OpenAsync(Store, Orders);
        Assert.Equal([2], again.Log.Segments.Select(segment => segment.FirstOffset.Value));
        Assert.Equal(["c", "more"], await again.ReadValuesAsync());
    }

    [Fact]
    public async Task Delete_before_the_first_segment_takes_nothing()
    {
        var log = await ThreeSegmentsAsync(Orders);
        await log.DeleteBeforeAsync(Offset.Zero);
        Assert.Equal(["a", "b", "c"], await log.ReadValuesAsync());
    }

    [Fact]
    public async Task A_sidecar_is_kept_replaced_and_told_from_others()
    {
        var log = await ThreeSegmentsAsync(Orders);
        Assert.Null(await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None));
        await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, "first, and long"u8.ToArray());
        await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.TimeIndex, "times"u8.ToArray());
        await log.Log.WriteSidecarAsync(new(1), Sidecar.State, "other"u8.ToArray());
        await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, "second"u8.ToArray());
        Assert.Equal("second"u8.ToArray(), await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None));
        Assert.Equal("times"u8.ToArray(), await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.TimeIndex, CancellationToken.None));
        Assert.Equal("other"u8.ToArray(), await log.Log.ReadSidecarAsync(new(1), Sidecar.State, CancellationToken.None));
        Assert.Null(await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.OffsetIndex, CancellationToken.None));
    }

    [Fact]
    public async Task Sidecars_of_one_kind_may_be_written_at_once()
    {
        var log = await ThreeSegmentsAsync(Orders);
        var contents = Enumerable.Range(1, 20).Select(i => Enumerable.Repeat((byte)i, 1000 * i).ToArray()).ToList();
        await Task.WhenAll(contents.Select(content => log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, content).AsTask()));
        Assert.Contains(await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None), contents);
    }

    [Fact]
    public async Task A_sidecar_goes_with_its_segment_and_none_is_written_without_one()
    {
        var log = await ThreeSegmentsAsync(Orders);
        await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, "state"u8.ToArray());
        await log.Log.WriteSidecarAsync(new(2), Sidecar.State, "kept"u8.ToArray());
        await log.DeleteBeforeAsync(new(1));
        Assert.Null(await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(async () => await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, "late"u8.ToArray()));
        Assert.Null(await log.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None));
        Assert.Equal("kept"u8.ToArray(), await log.Log.ReadSidecarAsync(new(2), Sidecar.State, CancellationToken.None));
    }

    [Fact]
    public async Task A_new_owner_finds_the_sidecars()
    {
        var log = await ThreeSegmentsAsync(Orders);
        await log.Log.WriteSidecarAsync(Offset.Zero, Sidecar.OffsetIndex, "index"u8.ToArray());
        var again = await TestLog.OpenAsync(Store, Orders);
        Assert.Equal("index"u8.ToArray(), await again.Log.ReadSidecarAsync(Offset.Zero, Sidecar.OffsetIndex, CancellationToken.None));
        Assert.Equal([0, 1, 2], again.Log.Segments.Select(segment => segment.FirstOffset.Value));
    }

    [Fact]
    public async Task The_list_shows_the_logs_that_there_are()
    {
        Assert.Empty(await Store.ListAsync(CancellationToken.None));
        await TestLog.OpenAsync(Store, Orders);
        await TestLog.OpenAsync(Store, Bills);
        Assert.Equal([Bills, Orders], (await Store.ListAsync(CancellationToken.None)).OrderBy(log => log.Name));
        await Store.DeleteAsync(Bills, CancellationToken.None);
        Assert.Equal([Orders], await Store.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Deleting_a_log_that_never_was_does_nothing()
    {
        await Store.DeleteAsync(Bills, CancellationToken.None);
        Assert.Empty(await Store.ListAsync(CancellationToken.None));
        await (await TestLog.OpenAsync(Store, Bills)).KeepAsync("a");
    }

    [Fact]
    public async Task Deleting_a_log_fences_its_owner()
    {
        var log = await ThreeSegmentsAsync(Orders);
        await Store.DeleteAsync(Orders, CancellationToken.None);
        Assert.Equal(StoreOutcome.Fenced, await log.AppendAsync("lost"));
        Assert.Equal(StoreOutcome.Fenced, await log.RollAsync());
        await Assert.ThrowsAnyAsync<IOException>(async () => await log.Log.ReadAsync(Offset.Zero, 0, new byte[10], CancellationToken.None));
        Assert.Empty(await Store.ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_log_made_again_under_the_same_name_shows_nothing_of_the_old()
    {
        var old = await ThreeSegmentsAsync(Orders);
        await old.Log.WriteSidecarAsync(Offset.Zero, Sidecar.State, "state"u8.ToArray());
        await Store.DeleteAsync(Orders, CancellationToken.None);
        var fresh = await TestLog.RecoverAsync(Store, Orders);
        Assert.Empty(fresh.Log.Segments);
        Assert.Empty(fresh.Seen.Values);
        Assert.True(fresh.Log.Epoch > old.Log.Epoch);
        Assert.Equal(StoreOutcome.Done, await fresh.RollAsync());
        Assert.Null(await fresh.Log.ReadSidecarAsync(Offset.Zero, Sidecar.State, CancellationToken.None));
        await fresh.KeepAsync("new");
        Assert.Equal(StoreOutcome.Fenced, await old.AppendAsync("lost"));
        Assert.Equal([(0, "new")], await (await TestLog.OpenAsync(Store, Orders)).ReadAsync());
    }

    private async Task<TestLog> ThreeSegmentsAsync(LogId id)
    {
        var log = await TestLog.OpenAsync(Store, id);
        await log.KeepAsync("a");
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        await log.KeepAsync("b");
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        await log.KeepAsync("c");
        return log;
    }
}
