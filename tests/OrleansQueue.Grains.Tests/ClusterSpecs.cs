using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Grains.Tests.Support;

namespace OrleansQueue.Grains.Tests;

/// <summary>A cluster of three silos keeps the contract that every broker keeps.</summary>
[Collection(SharedSilos.Name)]
public sealed class ClusterTopicSpec(ThreeSilos silos) : TopicSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}
