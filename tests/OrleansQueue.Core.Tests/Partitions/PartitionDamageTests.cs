using OrleansQueue.Broker;
using OrleansQueue.Partitions;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>Who asks is told of damage, and so is the operator.</summary>
public sealed class PartitionDamageTests
{
    [Fact]
    public async Task Damage_that_a_fetch_or_a_search_meets_is_told()
    {
        await using var bench = new PartitionBench(options: new PartitionServerOptions { TailCacheBudget = new(0) });
        await bench.AppendAsync("0");
        bench.Store.Spoil = (_, _, bytes) => bytes.Span[^1] ^= 1;

        Assert.IsType<FetchResult.Damaged>(await bench.FetchAsync());
        Assert.Equal(["damaged 0"], bench.Told.All);

        Assert.IsType<ListOffsetsResult.Damaged>(await bench.Server.ListOffsetsAsync(new OffsetQuery.AtTime(new(0)), default));
        Assert.Equal(["damaged 0", "damaged 0"], bench.Told.All);
    }
}
