using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Grains.Tests.Support;

namespace OrleansQueue.Grains.Tests;

// A cluster of three silos keeps the contract that every broker keeps. What hangs on the broker's clock is held where tests can
// move that clock, and for a cluster in Duties.

[Collection(SharedSilos.Name)]
public sealed class ClusterDoorSpec(ThreeSilos silos) : DoorSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterFetchSpec(ThreeSilos silos) : FetchSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterFullTopicSpec(ThreeSilos silos) : FullTopicSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterListOffsetsSpec(ThreeSilos silos) : ListOffsetsSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterLongPollSpec(ThreeSilos silos) : LongPollSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterOrderSpec(ThreeSilos silos) : OrderSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterPositionSpec(ThreeSilos silos) : PositionSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterProduceSpec(ThreeSilos silos) : ProduceSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterProducerSpec(ThreeSilos silos) : ProducerSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterTopicAlterSpec(ThreeSilos silos) : TopicAlterSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterTopicListSpec(ThreeSilos silos) : TopicListSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterTopicSpec(ThreeSilos silos) : TopicSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterClusterSpec(ThreeSilos silos) : ClusterSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}
