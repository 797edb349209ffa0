using Microsoft.AspNetCore.Http;
using OrleansQueue.Azurite;
using OrleansQueue.Storage;

namespace OrleansQueue.AzureStorage.Tests;

/// <summary>What is deleted goes whole in the end and is never shown again, wherever its deletion was broken off.</summary>
[Collection(AzuriteTests.Name)]
public sealed class DeletionTests(AzuriteFixture azurite)
{
    private static readonly LogId Orders = LogId.Parse("orders");

    [Fact]
    public async Task A_deleted_log_leaves_one_blob_without_bytes()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        await ThreeSegmentsAsync(proxied.Store);
        await proxied.Store.DeleteAsync(Orders, CancellationToken.None);
        var left = Assert.Single(await proxied.Container.OfLogsAsync());
        Assert.Equal(0, left.Length);
        Assert.True((await proxied.Container.MarkOfAsync(Orders, BlobNames.NumberOf(left.Name)!.Value)).IsDeletion);

        await proxied.Store.DeleteAsync(Orders, CancellationToken.None);
        Assert.Equal(left.Name, Assert.Single(await proxied.Container.OfLogsAsync()).Name);
    }

    [Fact]
    public async Task The_next_deletion_of_a_log_ends_one_that_was_broken_off()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        await ThreeSegmentsAsync(proxied.Store);
        FailDeletions(proxied);
        await Assert.ThrowsAsync<IOException>(async () => await proxied.Store.DeleteAsync(Orders, CancellationToken.None));
        Assert.Empty(await proxied.Store.ListAsync(CancellationToken.None));
        proxied.Proxy.Rest();
        await proxied.Store.DeleteAsync(Orders, CancellationToken.None);
        Assert.Equal(0, Assert.Single(await proxied.Container.OfLogsAsync()).Length);
    }

    [Fact]
    public async Task The_next_call_ends_a_deletion_that_failed_half_way_and_appends_go_on_meanwhile()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await ThreeSegmentsAsync(proxied.Store);
        var before = (await proxied.Container.OfLogAsync(Orders)).Count(blob => blob.Length != 0);
        FailDeletionsBehindTheFirst(proxied);
        await Assert.ThrowsAsync<IOException>(async () => await log.Log.DeleteBeforeAsync(new(2)));
        Assert.Equal(before - 1, (await proxied.Container.OfLogAsync(Orders)).Count(blob => blob.Length != 0));
        await log.KeepAsync("d");

        proxied.Proxy.Rest();
        await log.DeleteBeforeAsync(new(2));
        await OnlyTheLastSegmentIsLeftAsync(proxied);
        Assert.Equal(["c", "d"], await log.ReadValuesAsync());
        Assert.Equal(["c", "d"], (await TestLog.RecoverAsync(proxied.Store, Orders)).Seen.Values);
    }

    [Fact]
    public async Task The_next_owner_ends_a_deletion_that_failed_half_way_and_never_shows_what_should_be_gone()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await ThreeSegmentsAsync(proxied.Store);
        FailDeletionsBehindTheFirst(proxied);
        await Assert.ThrowsAsync<IOException>(async () => await log.Log.DeleteBeforeAsync(new(2)));

        // An opening is no worse for what it cannot get rid of.
        var blind = await TestLog.RecoverAsync(proxied.Store, Orders);
        Assert.Equal([2], blind.Log.Segments.Select(segment => segment.FirstOffset.Value));
        Assert.Equal(["c"], await blind.ReadValuesAsync());

        proxied.Proxy.Rest();
        var next = await TestLog.RecoverAsync(proxied.Store, Orders);
        Assert.Equal([2], next.Log.Segments.Select(segment => segment.FirstOffset.Value));
        Assert.Equal(["c"], await next.ReadValuesAsync());
        await OnlyTheLastSegmentIsLeftAsync(proxied);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_owner_that_was_fenced_deletes_nothing(bool hasBegun)
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await ThreeSegmentsAsync(proxied.Store);
        if (hasBegun)
        {
            FailDeletions(proxied);
            await Assert.ThrowsAsync<IOException>(async () => await log.Log.DeleteBeforeAsync(new(2)));
        }

        await TestLog.RecoverAsync(proxied.Store, Orders);
        proxied.Proxy.Rest();
        var before = (await proxied.Container.OfLogsAsync()).ConvertAll(blob => blob.Name);
        Assert.Equal(StoreOutcome.Fenced, await log.Log.DeleteBeforeAsync(new(2)));
        Assert.Equal(before, (await proxied.Container.OfLogsAsync()).Select(blob => blob.Name));
        Assert.Equal(3, before.Select(BlobNames.SidecarOf).OfType<(long, Offset)>().Count());
    }

    [Fact]
    public async Task The_last_segment_is_not_deleted()
    {
        await using var proxied = await ProxiedStore.OpenImpatientAsync(azurite);
        var log = await ThreeSegmentsAsync(proxied.Store);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await log.Log.DeleteBeforeAsync(new(3)));
        await log.KeepAsync("d");
        Assert.Equal(["a", "b", "c", "d"], await (await TestLog.RecoverAsync(proxied.Store, Orders)).ReadValuesAsync());
    }

    /// <summary>A log of three segments, each of one batch and with a sidecar.</summary>
    private static async Task<TestLog> ThreeSegmentsAsync(BlobLogStore store)
    {
        var log = await TestLog.OpenAsync(store, Orders);
        foreach (var value in new[] { "a", "b", "c" })
        {
            if (log.Next != log.Active)
            {
                Assert.Equal(StoreOutcome.Done, await log.RollAsync());
            }

            await log.KeepAsync(value);
            await log.Log.WriteSidecarAsync(log.Active, Sidecar.State, "state"u8.ToArray());
        }

        return log;
    }

    private static void FailDeletions(ProxiedStore proxied) => proxied.Proxy.Disturb(request => request.Method == "DELETE" ? StorageFault.LoseRequest : null);

    /// <summary>The deletions of blobs of the log fail once one of them is done.</summary>
    private static void FailDeletionsBehindTheFirst(ProxiedStore proxied)
    {
        PathString? first = null;
        proxied.Proxy.Disturb(request =>
            request.Method == "DELETE" && BlobNames.NumberOf(request.Path.Value!) is not null && (first ??= request.Path) != request.Path ? StorageFault.LoseRequest : null);
    }

    private static async Task OnlyTheLastSegmentIsLeftAsync(ProxiedStore proxied)
    {
        var segments = new HashSet<Offset?>();
        foreach (var (name, _, _) in await proxied.Container.OfLogsAsync())
        {
            segments.Add(BlobNames.SidecarOf(name)?.Segment ?? (await proxied.Container.MarkOfAsync(Orders, BlobNames.NumberOf(name)!.Value)).Segment);
        }

        // The blob of the opening that made the log belongs to no segment.
        segments.Remove(null);
        Assert.Equal([new Offset(2)], segments);
    }
}
