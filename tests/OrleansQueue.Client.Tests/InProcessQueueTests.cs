using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Client.Tests.Support;
using OrleansQueue.Testing;
using OrleansQueue.Topics;
using Xunit.Abstractions;

namespace OrleansQueue.Client.Tests;

/// <summary>Queue groups through a whole broker; here time and threads are real.</summary>
public sealed class InProcessQueueTests(ITestOutputHelper output) : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly InProcessBroker _broker = new(random: new Random(1));

    private BrokerClient Client => new(_broker);

    [Fact]
    public async Task Members_share_a_partition_and_each_message_is_done_once()
    {
        await PublishAsync(partitions: 1, count: 2000);
        var seen = new ConcurrentDictionary<string, int>();
        using var ending = new CancellationTokenSource(Long);
        var options = new QueueConsumerOptions { Prefetch = 10 };
        await using var first = await Client.OpenQueueConsumerAsync<string>("billing", ["orders"], options);
        await using var second = await Client.OpenQueueConsumerAsync<string>("billing", ["orders"], options);

        var shares = await Task.WhenAll(ReadAsync(first, seen, 2000, ending), ReadAsync(second, seen, 2000, ending));

        Assert.Equal(2000, seen.Count);
        Assert.All(seen.Values, count => Assert.Equal(1, count));
        Assert.All(shares, share => Assert.InRange(share, 100, 1900));
    }

    [Fact]
    public async Task Dead_letters_are_listed_shown_redriven_and_purged()
    {
        await PublishAsync(partitions: 2, count: 6);
        await Client.Groups.CreateAsync("billing", ["orders"], new GroupSettings { Kind = GroupKind.Queue, Queue = new() { MaxDeliveries = 1 } });
        using var ending = new CancellationTokenSource(Long);
        await using (var consumer = await Client.OpenQueueConsumerAsync<string>("billing", ["orders"]))
        {
            var count = 0;
            await foreach (var delivery in consumer.ReadAsync(ending.Token))
            {
                await (delivery.Value == "0" ? delivery.DeadLetterAsync("bad", new InvalidDataException("zero")) : delivery.AbandonAsync(error: new InvalidDataException(delivery.Value)));
                if (++count == 6)
                {
                    break;
                }
            }
        }

        var letters = await WhenAsync(() => ListAsync("billing"), found => found.Count == 6, ending.Token);
        var zero = Assert.Single(letters, letter => letter.Reason == "bad");
        Assert.Equal(("orders", 1, "System.IO.InvalidDataException: zero"), (zero.Topic, zero.Attempts, zero.Error));
        Assert.Equal(zero.MessageId, (await Client.DeadLetters.FindAsync("billing", "orders", zero.Id))!.MessageId);
        Assert.Equal($"{zero.Partition}-{zero.Offset}", zero.MessageId);
        Assert.Null(await Client.DeadLetters.FindAsync("billing", "orders", "0-999"));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.DeadLetters.FindAsync("billing", "orders", "x"));
        var status = await WhenAsync(() => Client.Groups.DescribeAsync("billing"), found => found!.Partitions.Sum(partition => partition.Queue?.Dead) == 6, ending.Token);
        Assert.Equal(0, status!.Partitions.Sum(partition => partition.Available));

        Assert.Equal(1, await Client.DeadLetters.RedriveAsync("billing", "orders", zero.Id));
        await using (var consumer = await Client.OpenQueueConsumerAsync<string>("billing", ["orders"]))
        {
            await foreach (var delivery in consumer.ReadAsync(ending.Token))
            {
                Assert.Equal(("0", 1, true, zero.MessageId), (delivery.Value, delivery.DeliveryCount, delivery.IsRedriven, delivery.MessageId));
                await delivery.CompleteAsync();
                break;
            }
        }

        var one = letters.First(letter => letter.Id != zero.Id);
        Assert.Equal(1, await Client.DeadLetters.RedriveToTopicAsync("billing", "orders", one.Id));
        Assert.Equal(4, (await WhenAsync(() => ListAsync("billing"), found => found.Count == 4, ending.Token)).Count);
        Assert.Equal(4, await Client.DeadLetters.PurgeAsync("billing", "orders"));
        Assert.Empty(await ListAsync("billing"));
        await using var reader = await Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        var again = (await reader.TakeAsync(7)).Where(delivery => delivery.MessageId == one.MessageId).ToList();
        Assert.Equal(2, again.Count);
        Assert.DoesNotContain(again.SelectMany(delivery => delivery.Headers), header => header.Name.StartsWith("oq-dead-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Dead_letters_of_a_stream_group_are_listed_and_go_back_only_to_the_topic()
    {
        await PublishAsync(partitions: 1, count: 1);
        await Client.Groups.CreateAsync("reports", ["orders"]);
        var topic = (await _broker.FindTopicAsync("orders", default))!;
        var member = ((JoinResult.Joined)await _broker.JoinGroupAsync(new JoinRequest("reports", "m", ["orders"]), default)).Member;
        var assigned = (HeartbeatResult.Assigned)await _broker.HeartbeatAsync(new HeartbeatRequest("reports", member, default) { MaxWait = TimeSpan.FromSeconds(5) }, default);
        await using var reader = await Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        var message = Assert.Single(await reader.TakeAsync(1));
        var record = DeadLetterRecord.Of(message, "reports", 5, new InvalidDataException("bad"), Timestamp.Now(TimeProvider.System));
        var at = new Position(topic.Id, new(0), new(0), Epoch.None);
        Assert.IsType<CommitResult.Committed>(await _broker.DeadLetterAsync(
            new DeadLetterRequest("reports", member, at, at with { Offset = new(1), Epoch = message.Next.Epoch }, assigned.Partitions[0].Since, record), default));

        var letter = Assert.Single(await ListAsync("reports"));
        Assert.Equal(("0-0", 5, "System.IO.InvalidDataException: bad", null), (letter.MessageId, letter.Attempts, letter.Error, letter.Reason));
        await Assert.ThrowsAsync<DeadLetterRefusedException>(() => Client.DeadLetters.RedriveAsync("reports", "orders"));
        await Assert.ThrowsAsync<DeadLetterRefusedException>(() => Client.DeadLetters.PurgeAsync("reports", "orders"));
        Assert.Equal(1, await Client.DeadLetters.RedriveToTopicAsync("reports", "orders", letter.Id));
        Assert.Equal("0-0", Assert.Single(await reader.TakeAsync(1)).MessageId);
        await Assert.ThrowsAsync<GroupDeletedException>(() => ListAsync("nobody"));
        await Assert.ThrowsAsync<UnknownTopicException>(() => Client.DeadLetters.PurgeAsync("reports", "other"));
    }

    [Fact]
    public async Task The_raw_leases_and_settles()
    {
        await PublishAsync(partitions: 1, count: 10);
        await Client.Groups.CreateAsync("billing", ["orders"], new GroupSettings { Kind = GroupKind.Queue });
        var partition = await Client.OpenQueuePartitionAsync("billing", "orders", new(0));
        var batch = await partition.LeaseBatchAsync(4);
        Assert.Equal(4, batch.Messages.Sum(range => range.End.Value - range.First.Value));
        Assert.Empty(await partition.SettleAsync(batch.SettleAll(SettlementKind.Complete)));
        Assert.NotEmpty(await partition.SettleAsync(batch.SettleAll(SettlementKind.Complete)));
        Assert.Equal(6, (await partition.LeaseBatchAsync()).Messages.Sum(range => range.End.Value - range.First.Value));
    }

    /// <summary>Shows in the log how fast it is here; nothing depends on it.</summary>
    [Fact]
    public async Task Many_messages_are_leased_handed_out_and_completed()
    {
        const int Count = 100_000;
        await PublishAsync(partitions: 4, count: Count, size: 1000);
        using var ending = new CancellationTokenSource(Long);
        var consumer = await Client.OpenQueueConsumerAsync<ReadOnlyMemory<byte>>("billing", ["orders"]);
        var began = Stopwatch.GetTimestamp();
        var count = 0;
        await foreach (var delivery in consumer.ReadAsync(ending.Token))
        {
            await Task.CompletedTask;
            if (++count == Count)
            {
                await delivery.CompleteAsync();
                break;
            }
        }

        await consumer.DisposeAsync();
        output.WriteLine($"{Count / Stopwatch.GetElapsedTime(began).TotalSeconds:N0}/s");
        var status = await Client.Groups.DescribeAsync("billing");
        Assert.Equal((0, 0), (status!.Partitions.Sum(partition => partition.Available), status.Partitions.Sum(partition => partition.Queue!.Leased)));
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private static async Task<int> ReadAsync(QueueConsumer<string> consumer, ConcurrentDictionary<string, int> seen, int all, CancellationTokenSource ending)
    {
        var count = 0;
        try
        {
            await foreach (var delivery in consumer.ReadAsync(ending.Token))
            {
                seen.AddOrUpdate(delivery.Value, 1, static (_, before) => before + 1);
                count++;
                await delivery.CompleteAsync();
                if (seen.Count == all)
                {
                    await ending.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // All are done.
        }

        return count;
    }

    private static async Task<T> WhenAsync<T>(Func<Task<T>> ask, Func<T, bool> isSo, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await ask();
            if (isSo(answer))
            {
                return answer;
            }

            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private async Task<List<DeadLetter>> ListAsync(string group)
    {
        var letters = new List<DeadLetter>();
        await foreach (var letter in Client.DeadLetters.ListAsync(group, "orders"))
        {
            letters.Add(letter);
        }

        return letters;
    }

    private async Task PublishAsync(int partitions, int count, int size = 0)
    {
        Assert.IsType<CreateTopicResult.Created>(await _broker.CreateTopicAsync("orders", new TopicSettings { Partitions = partitions }, default));
        await using var producer = await Client.OpenProducerAsync("orders", new TypedProducerOptions<string>());
        var outcomes = await producer.PublishAsync(Enumerable.Range(0, count).Select(number => $"{number}".PadRight(size)));
        Assert.All(outcomes, outcome => Assert.Null(outcome.Error));
    }
}
