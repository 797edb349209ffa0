using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Grains.Tests.Support;

namespace OrleansQueue.Grains.Tests.Queues;

// A cluster of three silos keeps the contract of queue groups, too.

[Collection(SharedSilos.Name)]
public sealed class ClusterWorkQueueSpec(ThreeSilos silos) : WorkQueueSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterQueueAdminSpec(ThreeSilos silos) : QueueAdminSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterQueueBreakerSpec(ThreeSilos silos) : QueueBreakerSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}
