using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Documents;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Topics;

/// <summary>What is decided of a topic reaches its keeper and its partitions, wherever they are and whatever fails on the way.</summary>
public sealed class CatalogueTests
{
    [Fact]
    public async Task Topic_whose_keeper_failed_is_settled_without_anybody_asking_again()
    {
        var calls = new Calls();
        var failing = new FailingWrites { Left = 1 };
        await using var silos = await TestSilos.StartAsync(2, new SharedMemory(), silo =>
        {
            silo.AddIncomingGrainCallFilter(calls);
            silo.Services.AddKeyedSingleton<IGrainStorage>(TopicStorage.Name, (services, _) => failing.Around(new DocumentGrainStorage(
                TopicStorage.Name, services.GetRequiredService<SiloBroker>(), new TopicStorage(), services.GetRequiredService<IActivatorProvider>())));
        });

        await Assert.ThrowsAsync<BrokerUnavailableException>(() => silos.Broker.CreateTopicAsync("orders", new TopicSettings(), CancellationToken.None).AsTask());
        Assert.Contains(calls.Failed, call => call.Method == "KeepAsync");
        await calls.AnsweredAsync("KeepAsync", "oq-topic");

        var topic = Assert.Single((await silos.Broker.ListTopicsAsync(null, 10, CancellationToken.None)).Topics);
        Assert.Equal(topic, await silos.Cluster.GrainFactory.GetGrain<ITopicGrain>(topic.Id.Value).FindAsync(null));
        Assert.Equal(topic, Assert.IsType<CreateTopicResult.Exists>(await silos.Broker.CreateTopicAsync("orders", new TopicSettings(), CancellationToken.None)).Topic);
        Assert.Equal(0, await silos.Broker.AppendAsync(topic, 0, "one"));
    }

    [Fact]
    public async Task Change_reaches_partitions_on_every_silo_before_it_is_answered()
    {
        await using var silos = await TestSilos.StartAsync(3, new SharedMemory());
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 30 });
        await Task.WhenAll(Enumerable.Range(0, 30).Select(partition => silos.Broker.AppendAsync(topic, partition, "one")));
        var owners = await Task.WhenAll(Enumerable.Range(0, 30).Select(partition => silos.Broker.DescribeAsync(topic, partition)));
        Assert.True(owners.Select(status => status.Owner).Distinct().Count() > 1, "The partitions lie on several silos.");

        await AlterAsync(silos.Broker, topic, topic.Settings with { RetentionBytes = 1 });

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(partition => silos.Broker.SendAsync(topic, partition, "two")));
        Assert.All(results, result => Assert.Equal(new ProduceResult.TopicFull(1), result));
    }

    [Fact]
    public async Task Partitions_that_a_topic_gained_are_served()
    {
        await using var silos = await TestSilos.StartAsync(2, new SharedMemory());
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 2 });
        for (var partition = 2; partition < 8; partition++)
        {
            // They were asked for before they were there, which must not be remembered.
            Assert.IsType<ProduceResult.UnknownPartition>(await silos.Broker.SendAsync(topic, partition, "early"));
        }

        var grown = await AlterAsync(silos.Broker, topic, topic.Settings with { Partitions = 8 });

        Assert.Equal(8, grown.Settings.Partitions);
        for (var partition = 0; partition < 8; partition++)
        {
            Assert.Equal(0, await silos.Broker.AppendAsync(topic, partition, "one"));
        }

        Assert.IsType<ProduceResult.UnknownPartition>(await silos.Broker.SendAsync(topic, 8, "too far"));
    }

    [Fact]
    public async Task Deletion_answers_those_who_wait()
    {
        var calls = new Calls();
        var memory = new SharedMemory();
        await using var silos = await TestSilos.StartAsync(2, memory, silo => silo.AddIncomingGrainCallFilter(calls));
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 4 });
        for (var partition = 0; partition < 4; partition++)
        {
            await silos.Broker.AppendAsync(topic, partition, "one");
        }

        var fetches = Enumerable.Range(0, 20).Select(i => UntilAnswerAsync(silos.Broker, topic, i % 4)).ToList();
        await calls.BegunAsync("FetchAsync", 20);
        Assert.True(await silos.Broker.DeleteTopicAsync("orders", CancellationToken.None));

        Assert.All(await Task.WhenAll(fetches).WaitAsync(TimeSpan.FromSeconds(60)), result => Assert.IsType<FetchResult.UnknownPartition>(result));
        Assert.Empty(await LogsOfAsync(memory, topic));
    }

    [Fact]
    public async Task Deletion_of_a_topic_of_200_partitions_leaves_no_log()
    {
        var memory = new SharedMemory();
        await using var silos = await TestSilos.StartAsync(2, memory);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 200 });
        var other = await silos.Broker.CreateAsync("others", new TopicSettings { Partitions = 2 });
        await Task.WhenAll(Enumerable.Range(0, 200).Select(partition => silos.Broker.AppendAsync(topic, partition, "one")));
        await silos.Broker.AppendAsync(other, 0, "one");
        Assert.Equal(200, (await LogsOfAsync(memory, topic)).Count);

        Assert.True(await silos.Broker.DeleteTopicAsync("orders", CancellationToken.None));

        Assert.Empty(await LogsOfAsync(memory, topic));
        Assert.Single(await LogsOfAsync(memory, other));
        Assert.Null(await silos.Cluster.GrainFactory.GetGrain<ITopicGrain>(topic.Id.Value).FindAsync(null));
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 200).Select(partition => silos.Broker.SendAsync(topic, partition, "late"))),
            result => Assert.IsType<ProduceResult.UnknownPartition>(result));
        Assert.Empty(await LogsOfAsync(memory, topic));
    }

    [Fact]
    public async Task Topics_are_there_after_all_silos_were_restarted()
    {
        var memory = new SharedMemory();
        TopicDescription topic;
        await using (var before = await TestSilos.StartAsync(2, memory))
        {
            topic = await before.Broker.CreateAsync("orders", new TopicSettings { Partitions = 3 });
            await before.Broker.AppendAsync(topic, 2, "one");
        }

        await using var silos = await TestSilos.StartAsync(2, memory);

        Assert.Equal(topic, await silos.Broker.FindTopicAsync("orders", CancellationToken.None));
        Assert.Equal(["one"], await silos.Broker.ReadAllAsync(topic, 2));
    }

    private static async Task<TopicDescription> AlterAsync(IBroker broker, TopicDescription topic, TopicSettings settings) =>
        Assert.IsType<AlterTopicResult.Altered>(await broker.AlterTopicAsync(topic.Name, settings, topic.Version, CancellationToken.None)).Topic;

    /// <summary>Waits for what comes behind the first record, again where a busy machine let the longest wait go by.</summary>
    private static async Task<FetchResult> UntilAnswerAsync(IBroker broker, TopicDescription topic, int partition)
    {
        FetchResult read;
        do
        {
            read = await broker.FetchAsync(topic, partition, 1, FetchRequest.LongestWait);
        }
        while (read is FetchResult.Fetched { Parts.Count: 0 });
        return read;
    }

    private static async Task<List<LogId>> LogsOfAsync(SharedMemory memory, TopicDescription topic) =>
        [.. (await memory.Logs.ListAsync(CancellationToken.None)).Where(log => log.Name.StartsWith($"p-{topic.Id}", StringComparison.Ordinal))];
}
