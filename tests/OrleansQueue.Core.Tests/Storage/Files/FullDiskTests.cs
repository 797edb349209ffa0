using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Storage.Files;

/// <summary>A full disk refuses appends, loses nothing, and can be read.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task Where_a_write_ahead_file_cannot_be_made_a_commit_answers_no_space_and_leaves_nothing()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        store.Disk.Capacity = Used(store.Disk) + 20_000;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(StoreOutcome.NoSpace, await log.AppendAsync("a"));
            Assert.DoesNotContain(store.Disk.Files(), WriteAheadFile.IsName);
            await Assert.ThrowsAsync<InvalidOperationException>(() => log.AppendAsync("too early"));
            log = await store.OpenLogAsync(StoreOnDisk.Orders);
            Assert.Empty(log.Seen.Values);
        }

        store.Disk.Capacity = null;
        log = await store.OpenLogAsync(StoreOnDisk.Orders);
        await log.KeepAsync("a");
        await store.LosePowerAsync(1);
        Assert.Equal(["a"], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(70_000)]
    public async Task Where_a_segment_has_no_room_a_commit_answers_no_space_and_the_log_goes_on_after_there_is_some(int size)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var store = await StoreOnDisk.OpenAsync();
            var log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync("a");
            await log.KeepAsync(StoreOnDisk.Large('l'));
            store.Disk.Capacity = Used(store.Disk) + 20;
            Assert.Equal(StoreOutcome.NoSpace, await log.AppendAsync(new string('x', size)));
            Assert.Equal(["a", StoreOnDisk.Large('l')], await log.ReadValuesAsync());
            log = await store.OpenLogAsync(StoreOnDisk.Orders);
            Assert.Equal(StoreOutcome.NoSpace, await log.AppendAsync(new string('y', size)));
            Assert.Equal(["a", StoreOnDisk.Large('l')], await log.ReadValuesAsync());

            store.Disk.Capacity = null;
            log = await store.OpenLogAsync(StoreOnDisk.Orders);
            await log.KeepAsync(new string('z', size));
            await store.LosePowerAsync(seed);
            Assert.Equal(["a", StoreOnDisk.Large('l'), new string('z', size)], (await store.OpenLogAsync(StoreOnDisk.Orders)).Seen.Values);
        }
    }

    [Fact]
    public async Task A_roll_without_room_answers_no_space_and_the_log_goes_on_after_there_is_some()
    {
        var store = await StoreOnDisk.OpenAsync();
        var log = await store.OpenLogAsync(StoreOnDisk.Orders);
        await log.KeepAsync("a");
        store.Disk.Capacity = Used(store.Disk) + 20;
        Assert.Equal(StoreOutcome.NoSpace, await log.RollAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => log.AppendAsync("too early"));
        store.Disk.Capacity = null;
        log = await store.OpenLogAsync(StoreOnDisk.Orders);
        Assert.Equal(["a"], log.Seen.Values);
        Assert.Equal(StoreOutcome.Done, await log.RollAsync());
        await log.KeepAsync("b");
        Assert.Equal(["a", "b"], await log.ReadValuesAsync());
    }

    private static long Used(ForgetfulDisk disk) => disk.Files().Sum(disk.LengthOf);
}
