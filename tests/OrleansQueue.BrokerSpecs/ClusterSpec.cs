using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>What every broker tells of itself.</summary>
public abstract class ClusterSpec : BrokerSpec
{
    [Fact]
    public async Task It_tells_its_store_its_silos_and_what_they_know()
    {
        var cluster = await DescribeAsync();
        Assert.NotEmpty(cluster.StoreName);
        Assert.NotEmpty(cluster.Silos);
        Assert.All(cluster.Silos, silo =>
        {
            Assert.NotEmpty(silo.Name);
            Assert.NotEmpty(silo.Address);
            Assert.True(silo.Oldest <= cluster.Level && silo.Newest >= cluster.Level, $"Silo {silo} does not know level {cluster.Level}.");
        });
        Assert.Equal(cluster, await DescribeAsync());
    }

    [Fact]
    public async Task There_is_nothing_to_raise_where_all_write_the_newest_level()
    {
        var raised = await Broker.RaiseFormatAsync(default).AsTask().WaitAsync(Patience);
        Assert.Equal(new RaiseFormatResult.Newest((await DescribeAsync()).Level), raised);
    }

    private async Task<ClusterDescription> DescribeAsync() => await Broker.DescribeClusterAsync(default).AsTask().WaitAsync(Patience);
}
