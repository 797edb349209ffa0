using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Grains.Tests.Support;

namespace OrleansQueue.Grains.Tests.Groups;

// A cluster of three silos keeps the contract of groups, too.

[Collection(SharedSilos.Name)]
public sealed class ClusterCommitSpec(ThreeSilos silos) : CommitSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterFailedMessageSpec(ThreeSilos silos) : FailedMessageSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterGroupAdminSpec(ThreeSilos silos) : GroupAdminSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterGroupListSpec(ThreeSilos silos) : GroupListSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterGroupPositionSpec(ThreeSilos silos) : GroupPositionSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}

[Collection(SharedSilos.Name)]
public sealed class ClusterMembershipSpec(ThreeSilos silos) : MembershipSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(silos.Broker);
}
