using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests;

[Collection(SharedSilos.Name)]
public sealed class SmokeTests(ThreeSilos silos)
{
    [Fact]
    public async Task What_is_produced_is_fetched()
    {
        var broker = silos.Broker;
        var created = Assert.IsType<CreateTopicResult.Created>(await broker.CreateTopicAsync("orders", new TopicSettings { Partitions = 16 }, CancellationToken.None));
        for (var i = 0; i < 16; i++)
        {
            var builder = new RecordBatchBuilder();
            builder.Append(new Timestamp(1), NullableBytes.Null, Encoding.UTF8.GetBytes($"hello {i}").AsSpan());
            var appended = Assert.IsType<ProduceResult.Appended>(await broker.ProduceAsync(created.Topic.Id, new Partition(i), builder.Build(ProducerStamp.None), CancellationToken.None));
            Assert.Equal(Offset.Zero, appended.BaseOffset);
            var fetched = Assert.IsType<FetchResult.Fetched>(await broker.FetchAsync(new FetchRequest(new Position(created.Topic.Id, new Partition(i), Offset.Zero, Epoch.None)), CancellationToken.None));
            Assert.Equal(new Offset(1), fetched.Next.Offset);
        }

        Assert.Equal("orders", Assert.Single((await broker.ListTopicsAsync(null, 10, CancellationToken.None)).Topics).Name);
        Assert.True(await broker.DeleteTopicAsync("orders", CancellationToken.None));
        Assert.Null(await broker.FindTopicAsync("orders", CancellationToken.None));
    }
}
