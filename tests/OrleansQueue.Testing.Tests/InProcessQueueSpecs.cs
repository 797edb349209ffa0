using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;

namespace OrleansQueue.Testing.Tests;

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessWorkQueueSpec : WorkQueueSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessQueueAdminSpec : QueueAdminSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessQueueBreakerSpec : QueueBreakerSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>What retention leaves as time goes by, on a clock that the test moves.</summary>
public sealed class InProcessQueueRetentionSpec : QueueRetentionSpec
{
    private readonly TestClock _clock = new();

    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker(_clock, new Random(1)));

    protected override void Advance(TimeSpan by) => _clock.Advance(by);
}
