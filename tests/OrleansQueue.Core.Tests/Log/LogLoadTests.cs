using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage.Files;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>Many callers at once over disk threads: segments end all the time, retention runs, and readers follow.</summary>
public sealed class LogLoadTests
{
    private const int Producers = 6;
    private const int Batches = 80;

    private long _read;

    [Fact]
    public Task Every_acknowledged_batch_is_at_its_offset_and_readers_miss_none() => OneScheduler.RunAsync(async () =>
    {
        var store = await FileLogStore.OpenAsync(FileStores.Options(), new ForgetfulDisk(), new DiskThreads("test write", 2), new DiskThreads("test read", 2));
        var bench = await LogBench.OpenAsync(options => options with { SegmentBytes = 800, TailCacheBytes = 500 }, store);
        var reader = FollowAsync(bench, Producers * Batches);
        var producers = Enumerable.Range(1, Producers).Select(producer => PublishAsync(bench, producer)).ToList();
        var publishing = Task.WhenAll(producers);
        var deleted = 0;
        while (!publishing.IsCompleted)
        {
            // What the reader has yet to read is protected, as a group's records are.
            deleted += await bench.Log.ApplyRetentionAsync(new Retention(null, 1), new Offset(_read), CancellationToken.None);
            await Task.Yield();
        }

        var stored = (await publishing).SelectMany(batches => batches).ToDictionary();
        var found = await reader;
        Assert.Equal(Producers * Batches, found.Count);
        Assert.Equal(stored.OrderBy(record => record.Key).Select(record => (record.Key, record.Value)), found);

        // The reader may have been behind all the time.
        deleted += await bench.Log.ApplyRetentionAsync(new Retention(null, 1), new Offset(_read), CancellationToken.None);
        Assert.NotEqual(0, deleted);
        await bench.Log.DisposeAsync();
        await store.DisposeAsync();
    });

    private static async Task<List<KeyValuePair<long, string>>> PublishAsync(LogBench bench, int producer)
    {
        var stored = new List<KeyValuePair<long, string>>();
        for (var first = 0; first < Batches; first += 2)
        {
            // Two are in flight at a time.
            var one = bench.AppendAsync(LogBench.Produced(first, producer: producer));
            var two = bench.AppendAsync(LogBench.Produced(first + 1, producer: producer));
            stored.Add(new(Assert.IsType<ProduceResult.Appended>(await one).BaseOffset.Value, $"{producer}/0/{first}"));
            stored.Add(new(Assert.IsType<ProduceResult.Appended>(await two).BaseOffset.Value, $"{producer}/0/{first + 1}"));
        }

        return stored;
    }

    private async Task<List<(long Offset, string Value)>> FollowAsync(LogBench bench, long end)
    {
        var found = new List<(long, string)>();
        while (_read < end)
        {
            var read = await bench.ReadAsync(_read, 300);
            Assert.Equal(LogReadKind.Batches, read.Kind);
            found.AddRange(BatchMaker.Read(read.Parts).Where(record => record.Offset >= _read));
            _read = read.Next.Value;
            await Task.Yield();
        }

        return found;
    }
}
