using System.Diagnostics;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>Publishes as fast as receipts allow.</summary>
internal static class PublishBench
{
    public static async Task<BenchReport> RunAsync(Connection connection, BenchOptions options, CancellationToken cancellationToken)
    {
        var topic = await BenchTopic.OpenAsync(connection, options, cancellationToken);
        var producers = await Task.WhenAll(Enumerable.Range(0, options.Producers).Select(_ => connection.Client.OpenProducerAsync(topic.Name, null, cancellationToken)));
        var run = Stopwatch.GetTimestamp();
        await RunAllAsync(producers, async (producer, index) =>
        {
            var clock = Stopwatch.StartNew();
            await PublishAsync(producer, new BenchMessage(options.Size, -(run + index)), long.MaxValue, () => clock.Elapsed.TotalSeconds < BenchReport.WarmUpSeconds, null, cancellationToken);
        });

        var before = await topic.EndAsync(cancellationToken);
        var latencies = new Latencies();
        var elapsed = Stopwatch.StartNew();
        var acknowledged = await RunAllAsync(producers, (producer, index) =>
        {
            var share = (options.Messages / options.Producers) + (index < options.Messages % options.Producers ? 1 : 0);
            return PublishAsync(producer, new BenchMessage(options.Size, run + index), share, static () => true, latencies, cancellationToken);
        });
        elapsed.Stop();
        var stored = await topic.EndAsync(cancellationToken) - before;
        foreach (var producer in producers)
        {
            await producer.DisposeAsync();
        }

        var problem = acknowledged.Sum() == options.Messages && stored == options.Messages
            ? null
            : $"Of {options.Messages} messages {acknowledged.Sum()} were acknowledged, and topic {topic.Name} grew by {stored}.";
        return new BenchReport("publish", options, topic.Durability, elapsed.Elapsed, latencies.All, problem);
    }

    /// <summary>Publishes what the topic lacks of the messages that are to be read.</summary>
    public static async Task FillAsync(Connection connection, BenchTopic topic, BenchOptions options, CancellationToken cancellationToken)
    {
        var lacking = options.Messages - await topic.CountAsync(cancellationToken);
        if (lacking > 0)
        {
            await Console.Error.WriteLineAsync($"Topic {topic.Name} lacks {lacking} messages, which are published first and not counted.");
            await using var producer = await connection.Client.OpenProducerAsync(topic.Name, null, cancellationToken);
            var message = new BenchMessage(options.Size, Stopwatch.GetTimestamp(), options.Queue.Keys);
            await PublishAsync(producer, message, lacking, static () => true, null, cancellationToken);
        }
    }

    /// <summary>Publishes messages and awaits the receipt of each; answers how many were acknowledged.</summary>
    public static async Task<long> PublishAsync(
        TopicProducer producer, BenchMessage message, long count, Func<bool> goOn, Latencies? latencies, CancellationToken cancellationToken)
    {
        var receipts = new ReceiptRing(message.Size);
        for (long number = 0; number < count; number++)
        {
            if (number % ReceiptRing.Step == 0)
            {
                if (!goOn())
                {
                    break;
                }

                await producer.WaitForRoomAsync(cancellationToken);
                await receipts.MakeRoomAsync();
            }

            var receipt = producer.PublishAsync(message.KeyOf(number), message.Of(number), CancellationToken.None);
            receipts.Add(latencies?.Sample(number, receipt) ?? receipt);
        }

        return await receipts.DrainAsync();
    }

    private static async Task<T[]> RunAllAsync<T>(TopicProducer[] producers, Func<TopicProducer, int, Task<T>> work) =>
        await Task.WhenAll(producers.Select((producer, index) => Task.Run(() => work(producer, index))));

    private static async Task RunAllAsync(TopicProducer[] producers, Func<TopicProducer, int, Task> work) =>
        await Task.WhenAll(producers.Select((producer, index) => Task.Run(() => work(producer, index))));
}
