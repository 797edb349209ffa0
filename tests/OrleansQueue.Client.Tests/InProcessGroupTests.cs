using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;
using OrleansQueue.Testing;
using OrleansQueue.Topics;

namespace OrleansQueue.Client.Tests;

/// <summary>Groups through a whole broker; here time and threads are real.</summary>
public sealed class InProcessGroupTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly InProcessBroker _broker = new(random: new Random(1));
    private readonly BrokerClient _client;

    public InProcessGroupTests() => _client = new BrokerClient(_broker);

    [Fact]
    public async Task Members_share_the_partitions_and_nothing_is_missed_when_one_leaves()
    {
        await PublishAsync(partitions: 6, count: 600);
        var seen = new ConcurrentDictionary<string, int>();
        using var ending = new CancellationTokenSource(Long);
        var first = await _client.OpenConsumerAsync("billing", "orders");
        await using var second = await _client.OpenConsumerAsync("billing", "orders");
        var reading = ReadAsync(second, seen, ending);

        await foreach (var delivery in first.ReadAsync(ending.Token))
        {
            seen.AddOrUpdate(delivery.Text()!, 1, (_, count) => count + 1);
            if (seen.Count > 100)
            {
                break;
            }
        }

        await first.DisposeAsync();
        await reading;

        Assert.Equal(600, seen.Count);
        Assert.InRange(seen.Values.Sum(), 600, 602);
    }

    [Fact]
    public async Task A_host_handles_what_is_published_and_dead_letters_what_fails()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IBroker>(_broker);
        var script = new HandlerScript();
        var done = new CountdownEvent(20);
        script.OnMessage = (message, _) =>
        {
            done.Signal();
            return message.Message == "7" ? throw new InvalidDataException("seven") : Task.CompletedTask;
        };
        builder.Services.AddOrleansQueueMessaging(queue => queue.With(script)
            .AddTopic<string>("orders", topic => topic.Partitions(1))
            .AddStreamHandler<string, ScriptedHandler>("orders", "billing", options => options.Attempts = 1));
        using var host = builder.Build();
        await host.StartAsync();

        var outcomes = await host.Services.GetRequiredService<ITopicProducer<string>>().PublishAsync(Enumerable.Range(0, 20).Select(number => $"{number}"));
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
        Assert.True(await Task.Run(() => done.Wait(Long)));
        await host.StopAsync();

        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}"), script.Texts);
        Assert.Equal(0, (await _client.Groups.DescribeAsync("billing"))!.Partitions[0].Lag);
        var dead = (await _broker.ListTopicsAsync(null, 100, default)).Topics.Single(topic => topic.Settings.DeadLettersOf is not null);
        await using var reader = await _client.OpenReaderAsync(dead.Name, new ReaderOptions { Start = StartAt.Earliest });
        var letter = Assert.Single(await reader.TakeAsync(1));
        Assert.Equal(("\"7\"", "0-7"), (letter.Text(), letter.MessageId));
        Assert.StartsWith("System.IO.InvalidDataException: seven", letter.Find(HeaderNames.DeadError)?.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_dead_letters_a_batch_in_a_codec_of_others_and_goes_on()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IBroker>(_broker);
        var done = new TaskCompletionSource();
        var script = new HandlerScript { OnMessage = (_, _) => Task.FromResult(done.TrySetResult()) };
        builder.Services.AddOrleansQueueMessaging(queue => queue.With(script)
            .AddTopic<string>("orders", topic => topic.Partitions(1).AcceptForeignCodecs())
            .AddStreamHandler<string, ScriptedHandler>("orders", "billing"));
        using var host = builder.Build();
        await host.StartAsync();
        var foreign = new RecordBatchBuilder();
        foreign.Append(default, NullableBytes.Null, new NullableBytes("a"u8), []);
        foreign.Append(default, NullableBytes.Null, new NullableBytes("b"u8), []);
        var batch = foreign.Build(ProducerStamp.None).ToArray().InCodec(BatchCompression.Zstd);
        Assert.IsType<ProduceResult.Appended>(await _broker.ProduceAsync((await _broker.FindTopicAsync("orders", default))!.Id, new Partition(0), batch, default));

        await host.Services.GetRequiredService<ITopicProducer<string>>().PublishAsync("after");
        await done.Task.WaitAsync(Long);
        await host.StopAsync();

        Assert.Equal(0, (await _client.Groups.DescribeAsync("billing"))!.Partitions[0].Lag);
        var dead = (await _broker.ListTopicsAsync(null, 100, default)).Topics.Single(topic => topic.Settings.DeadLettersOf is not null);
        await using var reader = await _client.OpenReaderAsync(dead.Name, new ReaderOptions { Start = StartAt.Earliest });
        var letter = Assert.Single(await reader.TakeAsync(1));
        Assert.Equal(("0-0", "0"), (letter.MessageId, letter.Find(HeaderNames.DeadOffset)?.Text));
        var header = RecordBatchHeader.Read(letter.Value!.Value.Span);
        Assert.Equal((BatchCompression.Zstd, 2), (header.Attributes.Compression, header.RecordCount));
    }

    [Fact]
    public async Task A_group_is_described_reset_paused_and_deleted()
    {
        await PublishAsync(partitions: 2, count: 10);
        var groups = _client.Groups;
        Assert.True((await groups.CreateAsync("billing", ["orders"])).IsNew);
        Assert.False((await groups.CreateAsync("billing", ["orders"])).IsNew);
        Assert.Equal([5L, 5L], (await groups.DescribeAsync("billing"))!.Partitions.Select(partition => partition.Lag ?? -1));
        Assert.All((await groups.DescribeAsync("billing"))!.Partitions, partition => Assert.InRange(partition.LagTime!.Value, TimeSpan.Zero, Long));

        var plan = await groups.PlanResetAsync("billing", "orders", StartAt.End);
        Assert.Equal([(0L, 5L), (0L, 5L)], plan!.Moves.Select(move => (move.From.Offset.Value, move.To.Offset.Value)));
        Assert.Equal([5L, 5L], (await groups.DescribeAsync("billing"))!.Partitions.Select(partition => partition.Lag ?? -1));
        await groups.ResetAsync(plan);
        Assert.All((await groups.DescribeAsync("billing"))!.Partitions, partition => Assert.Equal((0L, TimeSpan.Zero), (partition.Lag, partition.LagTime)));
        await groups.ResetAsync((await groups.PlanResetAsync("billing", "orders", StartAt.Offset(new(3))))!);
        Assert.Equal([2L, 2L], (await groups.DescribeAsync("billing"))!.Partitions.Select(partition => partition.Lag ?? -1));
        await Assert.ThrowsAsync<UnknownTopicException>(() => groups.PlanResetAsync("billing", "other", StartAt.End));

        Assert.True(await groups.PauseAsync("billing"));
        Assert.True((await groups.DescribeAsync("billing"))!.Group.IsPaused);
        Assert.True(await groups.ResumeAsync("billing"));
        Assert.Equal("billing", Assert.Single(await ToListAsync(groups.ListAsync())).Name);
        Assert.True(await groups.DeleteAsync("billing"));
        Assert.Null(await groups.DescribeAsync("billing"));
        Assert.Null(await groups.PlanResetAsync("billing", "orders", StartAt.End));
        await Assert.ThrowsAsync<GroupDeletedException>(() => groups.ResetAsync(plan));
    }

    [Fact]
    public async Task A_reset_reaches_a_member_that_reads()
    {
        await PublishAsync(partitions: 1, count: 5);
        await using var consumer = await _client.OpenConsumerAsync("billing", "orders");
        await consumer.TakeAsync(5);

        await _client.Groups.ResetAsync((await _client.Groups.PlanResetAsync("billing", "orders", StartAt.Earliest))!);

        using var ending = new CancellationTokenSource(Long);
        await foreach (var delivery in consumer.ReadAsync(ending.Token))
        {
            if (delivery.Text() == "0")
            {
                break;
            }
        }
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static async Task ReadAsync(TopicConsumer consumer, ConcurrentDictionary<string, int> seen, CancellationTokenSource ending)
    {
        await foreach (var delivery in consumer.ReadAsync(ending.Token))
        {
            seen.AddOrUpdate(delivery.Text()!, 1, (_, count) => count + 1);
            if (seen.Count == 600)
            {
                break;
            }
        }
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> all)
    {
        var list = new List<T>();
        await foreach (var one in all)
        {
            list.Add(one);
        }

        return list;
    }

    private async Task PublishAsync(int partitions, int count)
    {
        await _broker.CreateTopicAsync("orders", new TopicSettings { Partitions = partitions, Durability = Durability.Memory }, default);
        await using var producer = await _client.OpenProducerAsync("orders");
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => producer.Publish($"{number}", new PublishOptions { Partition = new(number % partitions) })));
    }
}
