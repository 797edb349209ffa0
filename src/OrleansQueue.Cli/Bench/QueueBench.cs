using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Commands;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>Leases the messages of a topic as the one member of a new queue group, verifies every byte and completes each.</summary>
internal static class QueueBench
{
    public const string Work = "queue";

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    public static async Task<BenchReport> RunAsync(Connection connection, BenchOptions options, CancellationToken cancellationToken)
    {
        var topic = await BenchTopic.OpenAsync(connection, options, cancellationToken);
        await PublishBench.FillAsync(connection, topic, options, cancellationToken);
        var warmUp = Stopwatch.StartNew();
        while (warmUp.Elapsed.TotalSeconds < BenchReport.WarmUpSeconds)
        {
            await RunOnceAsync(connection, topic, options, () => warmUp.Elapsed.TotalSeconds < BenchReport.WarmUpSeconds, new Latencies(), cancellationToken);
        }

        var latencies = new Latencies();
        var (elapsed, problem) = await RunOnceAsync(connection, topic, options, static () => true, latencies, cancellationToken);
        return new BenchReport(Work, options, topic.Durability, elapsed, latencies.All, problem);
    }

    /// <summary>Takes as many messages as the options say in a group of its own; answers from the first lease to the last settlement, and what was wrong first.</summary>
    private static async Task<(TimeSpan Elapsed, string? Problem)> RunOnceAsync(
        Connection connection, BenchTopic topic, BenchOptions options, Func<bool> goOn, Latencies latencies, CancellationToken cancellationToken)
    {
        var group = $"bench-queue-{Guid.NewGuid():N}";
        var settings = new GroupSettings { Kind = GroupKind.Queue, Queue = new QueueSettings { OrderedByKey = options.Queue.Keys != 0 } };
        await connection.Client.Groups.CreateAsync(group, [topic.Name], settings, cancellationToken);
        try
        {
            var check = new QueueCheck(options, await topic.DescribeAsync(cancellationToken));
            var began = Stopwatch.GetTimestamp();
            await TakeAsync(connection, topic, options, group, check, goOn, latencies, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(began);
            return (elapsed, check.Problem ?? await FindUnsettledAsync(connection, topic, group, check.Count, cancellationToken));
        }
        finally
        {
            // A group that nobody reads would keep its messages from retention.
            await connection.Client.Groups.DeleteAsync(group, CancellationToken.None);
        }
    }

    private static async Task TakeAsync(
        Connection connection, BenchTopic topic, BenchOptions options, string group, QueueCheck check, Func<bool> goOn, Latencies latencies, CancellationToken cancellationToken)
    {
        using var silence = new IdleTimer(LongestSilence, TimeProvider.System, cancellationToken);
        var consuming = new QueueConsumerOptions { CreateGroup = false, ClientName = "oq bench", Prefetch = options.Queue.Prefetch };
        await using var consumer = await connection.Client.OpenQueueConsumerAsync<ReadOnlyMemory<byte>>(group, [topic.Name], consuming, null, cancellationToken);
        var settling = new List<Task>();
        try
        {
            await foreach (var delivery in consumer.ReadAsync(silence.Token))
            {
                check.Take(delivery);
                var isLast = check.Count == options.Messages;
                if (isLast || Latencies.IsSample(check.Count))
                {
                    silence.Restart();
                    isLast |= !goOn();
                    settling.Add(latencies.MeasureAsync(delivery.CompleteAsync(CancellationToken.None)));
                }

                if (isLast)
                {
                    break;
                }
            }

            await Task.WhenAll(settling);
        }
        catch (OperationCanceledException) when (silence.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            check.Fail($"No message came for {LongestSilence.TotalSeconds} s after {check.Count} of {options.Messages}.");
        }
    }

    /// <summary>Says what is wrong where the group has not finished just as many messages as were taken.</summary>
    private static async Task<string?> FindUnsettledAsync(Connection connection, BenchTopic topic, string group, long taken, CancellationToken cancellationToken)
    {
        var status = await connection.Client.Groups.DescribeAsync(group, cancellationToken) ?? throw new GroupDeletedException(group);
        var left = status.Partitions.Sum(static partition => partition.Available + partition.Queue?.Leased + partition.Queue?.Delayed + partition.Queue?.Dead ?? 0);
        var finished = await topic.CountAsync(cancellationToken) - left;
        return finished == taken ? null : $"{taken} messages were taken and completed, but the group has finished {finished}.";
    }
}
