using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>
/// A disk answers with whole batches that are not the ones that were asked for. Their CRC is right and so are their offsets; what
/// tells them apart is the epoch, which no two owners in a store share.
/// </summary>
public sealed class MisdirectedReadTests
{
    private const int Records = 6;

    [Fact]
    public async Task Batches_of_another_log_are_damage_though_they_are_whole_and_have_the_offsets_asked_for()
    {
        var store = new MemoryLogStore(FileStores.Id);
        var orders = await FilledAsync(store, "p-orders");
        var bills = await FilledAsync(store, "p-bills");

        await AssertToldApartAsync(orders, await BytesAsync(bills));
        await AssertToldApartAsync(bills, await BytesAsync(orders));
    }

    [Fact]
    public async Task Batches_of_an_earlier_owner_are_damage_where_a_later_one_wrote()
    {
        var stale = await BytesAsync(await FilledAsync(new MemoryLogStore(FileStores.Id), "p-orders"));
        var store = new MemoryLogStore(FileStores.Id);
        await FilledAsync(store, "p-earlier");

        await AssertToldApartAsync(await FilledAsync(store, "p-orders"), stale);
    }

    private static async Task AssertToldApartAsync(LogBench bench, byte[] others)
    {
        var own = await BytesAsync(bench);
        Assert.Equal(own.Length, others.Length);
        bench.Store.Spoil = (_, position, bytes) => others.AsMemory((int)position, bytes.Length).CopyTo(bytes);
        for (var from = 0; from < Records; from++)
        {
            var damage = await Assert.ThrowsAsync<LogDamagedException>(() => bench.ReadAsync(from, 1));
            Assert.Equal(new Offset(from), damage.Offset);
            Assert.Contains("but epoch", damage.Fault, StringComparison.Ordinal);
        }

        bench.Store.Spoil = null;
        await bench.AssertHoldsAsync(Records);
    }

    // The same values in every log, in one segment and out of no cache.
    private static async Task<LogBench> FilledAsync(ILogStore store, string log)
    {
        var bench = await LogBench.OpenAsync(options => options with { Log = LogId.Parse(log), SegmentBytes = 100_000, TailCacheBytes = 0 }, store);
        for (var i = 0; i < Records; i++)
        {
            await bench.AppendSomeAsync();
        }

        return bench;
    }

    private static async Task<byte[]> BytesAsync(LogBench bench) => [.. (await bench.ReadAsync(0)).Parts.SelectMany(part => part.ToArray())];
}
