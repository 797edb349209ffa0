using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;

namespace OrleansQueue.Testing.Tests;

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessCommitSpec : CommitSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessFailedMessageSpec : FailedMessageSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessGroupAdminSpec : GroupAdminSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessGroupListSpec : GroupListSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessGroupPositionSpec : GroupPositionSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessMembershipSpec : MembershipSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>What becomes of groups as time goes by, on a clock that the test moves.</summary>
public sealed class InProcessGroupTimeSpec : GroupTimeSpec
{
    private readonly TestClock _clock = new();

    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker(_clock, new Random(1)));

    protected override void Advance(TimeSpan by) => _clock.Advance(by);
}
