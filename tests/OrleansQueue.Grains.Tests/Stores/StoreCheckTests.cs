using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Stores;

/// <summary>Silos of one cluster have one store. One that brings another would serve partitions without their records, so it does not start.</summary>
public sealed class StoreCheckTests
{
    [Fact]
    public async Task Silo_with_another_store_does_not_start_and_says_why_in_one_line()
    {
        await using var silos = await TestSilos.StartAsync(1, silo => silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.Storage = StorageKind.Memory)));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => silos.Cluster.StartAdditionalSiloAsync());

        var mismatch = Assert.Single(failure.WithInner().OfType<StoreMismatchException>());
        Assert.Matches(
            "^This silo keeps its logs in memory \\(store [0-9a-f]{32}\\), but silo Primary of the cluster keeps them in memory \\(store [0-9a-f]{32}\\)\\. "
            + "Silos of one cluster need one store that they share: azure-blobs\\.$",
            mismatch.Message);

        // Nobody noticed.
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings());
        Assert.Equal(0, await silos.Broker.AppendAsync(topic, 0, "one"));
    }

    [Fact]
    public async Task Silo_that_shares_the_store_joins()
    {
        await using var silos = await TestSilos.StartAsync(1, new SharedMemory());
        await silos.Cluster.StartAdditionalSiloAsync();
        await silos.Cluster.WaitForLivenessToStabilizeAsync();

        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 50 });
        var owners = await Task.WhenAll(Enumerable.Range(0, 50).Select(partition => silos.Broker.DescribeAsync(topic, partition)));

        Assert.Equal(["Primary", "Secondary_1"], owners.Select(status => status.Owner).Distinct().Order());
    }

    [Fact]
    public async Task Silo_that_gets_no_answer_at_first_asks_again()
    {
        var calls = new NoAnswerAtFirst();
        await using var silos = await TestSilos.StartAsync(1, new SharedMemory(), silo => silo.AddOutgoingGrainCallFilter(calls));
        await silos.Cluster.StartAdditionalSiloAsync();

        Assert.Equal(2, silos.Cluster.Silos.Count);
        Assert.True(calls.Asked > NoAnswerAtFirst.Unanswered, "The silo joined once it was answered.");
    }

    /// <summary>Answers as Orleans does while it is not known yet which grains the active silos have.</summary>
    private sealed class NoAnswerAtFirst : IOutgoingGrainCallFilter
    {
        public const int Unanswered = 3;

        private int _asked;

        public int Asked => _asked;

        public Task Invoke(IOutgoingGrainCallContext context) =>
            context.InterfaceMethod.DeclaringType == typeof(IStoreGrain) && Interlocked.Increment(ref _asked) <= Unanswered
                ? throw new OrleansException("No active nodes are compatible.")
                : context.Invoke();
    }
}
