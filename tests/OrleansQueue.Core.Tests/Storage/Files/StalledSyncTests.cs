using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>A disk that does not come back from a sync holds up those who wait for that sync and nobody else.</summary>
public sealed class StalledSyncTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Work_of_the_disk_runs_on_no_thread_of_the_pool()
    {
        var threads = new DiskThreads("test", 1);

        Assert.False(await threads.RunAsync(() => Thread.CurrentThread.IsThreadPoolThread));

        await threads.DisposeAsync();
    }

    [Fact]
    public async Task Sync_that_hangs_keeps_no_reader_waiting_and_its_commit_is_answered_when_it_ends()
    {
        using var stall = new ManualResetEventSlim(initialState: true);
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var disk = new ForgetfulDisk();
        var store = await FileLogStore.OpenAsync(FileStores.Options(), disk, new DiskThreads("test write", 2), new DiskThreads("test read", 2));
        var log = await TestLog.OpenAsync(store, StoreOnDisk.Orders);
        await log.KeepAsync("kept");
        disk.OnSync = _ =>
        {
            stalled.TrySetResult();
            stall.Wait(Patience);
        };
        stall.Reset();

        var waiting = log.AppendAsync("waits");
        await stalled.Task.WaitAsync(Patience);
        Assert.Equal("kept", (await log.ReadValuesAsync().WaitAsync(Patience))[0]);
        Assert.Equal(1, await Task.Run(() => 1).WaitAsync(Patience));
        Assert.False(waiting.IsCompleted);

        stall.Set();
        Assert.Equal(StoreOutcome.Done, await waiting.WaitAsync(Patience));
        disk.OnSync = null;
        await log.DisposeAsync();
        await store.DisposeAsync();
    }
}
