using OrleansQueue.Broker;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>Starts members of queue groups.</summary>
internal static class Queueing
{
    /// <summary>Publishes numbers as JSON, in turn to each partition, and makes the group one of kind Queue.</summary>
    public static async Task FillQueueAsync(this Simulation run, int partitions, int count)
    {
        run.Broker.Group.Kind = GroupKind.Queue;
        await run.PublishTextsAsync(partitions, [.. Enumerable.Range(0, count).Select(number => $"{number}")]);
    }

    public static Task<QueueMember> JoinQueueAsync(this Simulation run, QueueConsumerOptions? options = null, LogList? log = null)
    {
        var client = new BrokerClient(run.Broker, log is null ? run.Options : run.Options with { Logging = log }, run.Clock);
        return QueueMember.OpenAsync(client.Context, new("billing", ["orders"], options ?? new() { MemberId = "m" }, IsPatient: true, static _ => { }), CancellationToken.None);
    }

    public static Task<QueueConsumer<string>> OpenQueueAsync(this Simulation run, QueueConsumerOptions? options = null) =>
        run.Client.OpenQueueConsumerAsync<string>("billing", ["orders"], options ?? new() { MemberId = "m" });

    public static Task<HandlerHost> HandleQueueAsync(this Simulation run, HandlerScript script, Action<QueueHandlerOptions>? configure = null) =>
        HandlerHost.StartAsync(run, queue => queue.With(script).AddQueueHandler<string, ScriptedHandler>("orders", "billing", configure));

    public static TopicPartition Partition(this Simulation run, int number) => new(run.Broker.Topic("orders").Id, new(number));

    public static async Task<List<QueueMessage>> TakeAsync(this QueueMember member, int count)
    {
        var messages = new List<QueueMessage>();
        while (messages.Count < count)
        {
            messages.Add((await member.TakeAsync(CancellationToken.None))!.Value);
        }

        return messages;
    }

    public static void Complete(this QueueMessage message) => message.Member.Settle(message, new() { Kind = SettlementKind.Complete });

    public static async Task<List<string>> TakeTextsAsync(this QueueConsumer<string> consumer, int count)
    {
        var texts = new List<string>();
        await foreach (var delivery in consumer.ReadAsync())
        {
            texts.Add(delivery.Value);
            if (texts.Count == count)
            {
                break;
            }
        }

        return texts;
    }
}
