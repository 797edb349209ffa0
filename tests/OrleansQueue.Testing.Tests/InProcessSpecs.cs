using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Partitions;

namespace OrleansQueue.Testing.Tests;

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessTopicSpec : TopicSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessTopicListSpec : TopicListSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessTopicAlterSpec : TopicAlterSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessProducerSpec : ProducerSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessProduceSpec : ProduceSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessDoorSpec : DoorSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessFetchSpec : FetchSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessLongPollSpec : LongPollSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessPositionSpec : PositionSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessListOffsetsSpec : ListOffsetsSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessFullTopicSpec : FullTopicSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessOrderSpec : OrderSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}

/// <summary>The same, where batches on their way may take no more than a few of them do: most are throttled and come again.</summary>
public sealed class InProcessThrottledOrderSpec : OrderSpec
{
    protected override int ValueBytes => 1_000;

    protected override ValueTask<IBroker> CreateBrokerAsync() =>
        new(new InProcessBroker(null, null, null, new PartitionServerOptions { AppendBudget = new(20_000), ThrottleTime = TimeSpan.FromMilliseconds(1) }));
}

/// <summary>What happens as time goes by, on a clock that the test moves.</summary>
public sealed class InProcessRetentionSpec : RetentionSpec
{
    private readonly TestClock _clock = new();

    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker(_clock, new Random(1)));

    protected override void Advance(TimeSpan by) => _clock.Advance(by);
}

/// <summary>The in-process broker keeps the contract that every broker keeps, on the system's clock.</summary>
public sealed class InProcessClusterSpec : ClusterSpec
{
    protected override ValueTask<IBroker> CreateBrokerAsync() => new(new InProcessBroker());
}
