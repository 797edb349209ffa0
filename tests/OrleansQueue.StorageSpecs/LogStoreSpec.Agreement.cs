using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>When everything is quiet again, whoever ever owned a log reads the same bytes of it.</summary>
public abstract partial class LogStoreSpec
{
    [Fact]
    public async Task All_owners_that_a_log_ever_had_read_the_same_bytes_in_the_end()
    {
        var owners = new List<TestLog>();
        for (var i = 0; i < 4; i++)
        {
            owners.Add(i == 0 ? await TestLog.OpenAsync(Store, Orders) : await TestLog.RecoverAsync(Store, Orders));
            await owners[^1].KeepAsync($"by owner {i}");
            foreach (var earlier in owners.SkipLast(1))
            {
                Assert.Equal(StoreOutcome.Fenced, await earlier.AppendAsync("by nobody"));
            }
        }

        var last = await owners[^1].ReadSegmentAsync(Offset.Zero);
        Assert.Equal(["by owner 0", "by owner 1", "by owner 2", "by owner 3"], await owners[^1].ReadValuesAsync());

        // An earlier owner may see less, because the log went on without it, but nothing else.
        Assert.All(await Task.WhenAll(owners.Select(owner => owner.ReadSegmentAsync(Offset.Zero))), seen => Assert.True(last.AsSpan().StartsWith(seen)));
        Assert.Equal(last, await (await TestLog.RecoverAsync(Store, Orders)).ReadSegmentAsync(Offset.Zero));
    }
}
