using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>What the specs of queue groups share. Each test has a group and a topic of its own, of one partition unless it says otherwise.</summary>
public abstract class QueueSpec : GroupSpec
{
    /// <summary>A group that retries at once and holds leases no longer than it must.</summary>
    private protected static QueueSettings Quick { get; } = new() { Lease = TimeSpan.FromSeconds(1), Backoff = TimeSpan.Zero };

    private protected TopicDescription Topic { get; private set; } = null!;

    private protected TopicPartition Partition => new(Topic.Id, new Partition(0));

    private protected async Task CreateQueueAsync(QueueSettings? settings = null, int partitions = 1)
    {
        Topic = await CreateTopicAsync(partitions);
        Assert.IsType<CreateGroupResult.Created>(await CreateGroupAsync(new GroupSettings { Kind = GroupKind.Queue, Queue = settings ?? new QueueSettings() }, Topic.Name));
    }

    /// <summary>A member of the group that has been told what it reads.</summary>
    private protected async Task<Membership> JoinQueueAsync(string id)
    {
        var request = new JoinRequest(Group, id, [Topic.Name]) { Create = null };
        var member = new Membership(Broker, Group, Assert.IsType<JoinResult.Joined>(await TryJoinAsync(request)).Member);
        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        return member;
    }

    /// <summary>Publishes texts of the form "key=value", or without a key.</summary>
    private protected Task PublishAsync(params string[] messages) => PublishAsync(null, messages);

    /// <inheritdoc cref="PublishAsync(string[])"/>
    private protected async Task PublishAsync(string? tenant, string[] messages)
    {
        RecordHeader[] headers = tenant is null ? [] : [new RecordHeader("oq-tenant"u8.ToArray(), Encoding.UTF8.GetBytes(tenant))];
        var builder = new RecordBatchBuilder(256);
        foreach (var message in messages)
        {
            var split = message.Split('=', 2);
            builder.Append(
                new Timestamp(1_000),
                split.Length == 2 ? new NullableBytes(Encoding.UTF8.GetBytes(split[0])) : NullableBytes.Null,
                Encoding.UTF8.GetBytes(split[^1]).AsSpan(),
                headers);
        }

        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(new Place(Topic.Id, new Partition(0)), builder.Build(ProducerStamp.None)));
    }

    private protected async Task<LeaseResult> TryLeaseAsync(LeaseRequest request) => await Broker.LeaseAsync(request, default).AsTask().WaitAsync(Patience);

    private protected async Task<LeasedMessages> LeaseAsync(int messages = 500, string owner = "worker", TimeSpan? duration = null) => new(Assert.IsType<LeaseResult.Leased>(
        await TryLeaseAsync(new LeaseRequest(Group, Partition, owner) { MaxMessages = messages, Duration = duration })));

    /// <summary>Leases as soon as there is something to lease: a member is told, and asks then.</summary>
    private protected async Task<LeasedMessages> LeaseWhenThereAsync(Membership member, int messages = 500)
    {
        while (true)
        {
            var ready = await WaitAsync(member);
            if (ready.Partitions.Count != 0 && await LeaseAsync(messages, member.Who.Id) is { Messages.Count: not 0 } leased)
            {
                return leased;
            }
        }
    }

    private protected async Task<WaitResult.Ready> WaitAsync(Membership member) => Assert.IsType<WaitResult.Ready>(
        await Broker.WaitForMessagesAsync(new WaitRequest(Group, member.Who), default).AsTask().WaitAsync(Patience));

    private protected async Task<IReadOnlyList<SettleRefusal>> SettleAsync(params Settlement[] settlements) => Assert.IsType<SettleResult.Settled>(
        await Broker.SettleAsync(new SettleRequest(Group, Partition, settlements), default).AsTask().WaitAsync(Patience)).Refusals;

    private protected async Task<QueueStatus> DescribeQueueAsync() =>
        Assert.IsType<QueueStatus>(await Broker.DescribeQueueAsync(Group, Partition, default).AsTask().WaitAsync(Patience));

    /// <summary>The dead letters that are open, once there are so many.</summary>
    private protected async Task<List<(long Offset, string Value)>> FindDeadAsync(int count)
    {
        while (true)
        {
            var dead = Assert.IsType<DeadLetters>(await Broker.FindDeadLettersAsync(Group, Partition, default).AsTask().WaitAsync(Patience));
            if (dead.Open.Sum(range => range.End.Value - range.First.Value) == count)
            {
                if (count == 0)
                {
                    return [];
                }

                var topic = Assert.IsType<TopicDescription>(await Broker.FindTopicAsync(dead.Topic, default).AsTask().WaitAsync(Patience));
                var records = Batch.Selected(await ReadAsync(new FetchRequest(new Position(topic.Id, dead.Partition, Offset.Zero, Epoch.None))));
                return [.. records.Where(record => dead.Open.Any(range => range.Contains(new Offset(record.Offset))))];
            }

            await Task.Yield();
        }
    }
}

/// <summary>Messages that a test leased.</summary>
internal sealed class LeasedMessages(LeaseResult.Leased answer)
{
    public LeaseResult.Leased Answer => answer;

    /// <summary>The messages that were selected: offset, value and delivery count of each.</summary>
    public List<(long Offset, string Value, int Count)> Messages => [.. Batch.Records(new FetchResult.Fetched(answer.Parts, [], default, default, default, default))
        .SelectMany(record => answer.Selection.Where(range => range.Offsets.Contains(new Offset(record.Offset))).Select(range => (record.Offset, record.Value, range.DeliveryCount)))];

    public string Values => string.Join(" ", Messages.Select(message => message.Value));

    /// <summary>A settlement of all messages, or of the one at an offset.</summary>
    public Settlement Settle(SettlementKind kind, long? offset = null) => new(
        answer.Lease, new OffsetRange(new Offset(offset ?? Messages[0].Offset), new Offset((offset ?? Messages[^1].Offset) + 1)), kind);
}
