using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Log;

public sealed class ReopenAsOwnerTests
{
    [Fact]
    public Task Owner_that_failed_and_lost_its_log_to_another_does_not_take_it_back() => OneScheduler.RunAsync(async () =>
    {
        var memory = new MemoryLogStore(FileStores.Id);
        var first = await LogBench.OpenAsync(store: memory);
        first.Store.Gated = true;
        var unknown = first.AppendAsync(BatchMaker.Of("unknown"));
        await LogBench.SettleAsync();
        await first.Store.FailAsync(new IOException("unknown"), stored: true);
        await Assert.ThrowsAsync<IOException>(() => unknown);
        first.Store.Gated = false;

        var second = await LogBench.OpenAsync(store: memory);
        first.Clock.Advance(first.Options.RetryAfterFailure);
        Assert.Equal(new ProduceResult.Fenced(), await first.AppendAsync(BatchMaker.Of("zombie")));
        Assert.Equal(new ProduceResult.Fenced(), await first.AppendAsync(BatchMaker.Of("zombie")));

        Assert.IsType<ProduceResult.Appended>(await second.AppendAsync(BatchMaker.Of("goes on")));
        Assert.Equal(["unknown", "goes on"], (await second.ReadAllAsync()).Select(record => record.Value));
    });

    [Fact]
    public async Task Indexes_that_could_not_be_loaded_once_are_loaded_the_next_time()
    {
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 200 });
        for (var i = 0; i < 6; i++)
        {
            await bench.AppendSomeAsync();
        }

        bench.Log.Idle();
        bench.Store.OnSidecar = (_, _, _) => throw new IOException("The disk failed.");
        await Assert.ThrowsAsync<IOException>(async () => await bench.ReadAsync(0));
        bench.Store.OnSidecar = null;

        Assert.Equal(LogBench.ValueAt(0), BatchMaker.Read((await bench.ReadAsync(0)).Parts)[0].Value);
    }
}
