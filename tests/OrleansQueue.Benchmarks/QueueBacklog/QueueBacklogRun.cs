using System.Diagnostics;
using System.Globalization;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Storage.Files;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Benchmarks.QueueBacklog;

/// <summary>
/// What a cursor costs behind a long backlog: as many messages as are asked for, all of them done but a thousand that lie scattered among
/// them. Prints what the cursor holds in memory, and how long it takes from its opening to the first lease. Ends with 1 where either is too much.
/// </summary>
internal static class QueueBacklogRun
{
    private const int PerBatch = 1_000;
    private const int Unsettled = 1_000;
    private const long MostBytes = 100L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string[] args)
    {
        var messages = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000_000;
        var size = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 100;
        var folder = Path.Combine(args.Length > 2 ? args[2] : Path.GetTempPath(), "oq-queue-backlog");
        await using var store = await ManyPartitions.ManyPartitionsRun.OpenAsync(folder, shared: 64 << 10, new ManyPartitions.SlowDisk(0));
        try
        {
            return await RunAsync(store, messages, size);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<int> RunAsync(FileLogStore store, int messages, int size)
    {
        using var metrics = new BrokerMetrics();
        var partition = new TopicPartition(new TopicId(Guid.NewGuid()), new Partition(0));
        await using var server = new PartitionServer(
            store, partition.Topic, partition.Partition, new TopicSettings(), new PartitionServerOptions(), NoRetentionHolds.Instance, TimeProvider.System, NoLogEvents.Instance, metrics);
        await PublishAsync(server, messages, size);

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cursor = new QueueHost("backlog", partition, store, new Surroundings(server), TimeProvider.System, NoLogEvents.Instance);
        await SettleAsync(cursor, partition, messages);
        cursor.Idle();
        cursor.Idle();
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        var status = (await cursor.DescribeAsync(CancellationToken.None))!;
        GC.KeepAlive(cursor);

        // The owner dies without a last word.
        var began = Stopwatch.GetTimestamp();
        await using var next = new QueueHost("backlog", partition, store, new Surroundings(server), TimeProvider.System, NoLogEvents.Instance);
        var first = (LeaseResult.Leased)await next.LeaseAsync(new LeaseRequest("backlog", partition, "next") { MaxMessages = 1 }, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{messages:N0} messages of {size} B, {status.Available} of them not done: the cursor holds {held / 1e6:F1} MB; from opening to the first lease {took.TotalMilliseconds:F0} ms (offset {first.Selection[0].First})"));
        return status.Available == Unsettled && first.Selection.Count == 1 && held < MostBytes && took < Longest ? 0 : 1;
    }

    private static async Task PublishAsync(PartitionServer server, int messages, int size)
    {
        var builder = new RecordBatchBuilder(PerBatch * (size + 32));
        var value = new byte[size];
        for (var sent = 0; sent < messages; sent += PerBatch)
        {
            for (var i = 0; i < PerBatch; i++)
            {
                builder.Append(new Timestamp(0), NullableBytes.Null, value.AsSpan());
            }

            if (await server.ProduceAsync(builder.Build(ProducerStamp.None)) is not ProduceResult.Appended)
            {
                throw new InvalidOperationException("A batch was not appended.");
            }
        }
    }

    /// <summary>Leases everything and completes all but every so many, which are released at the end.</summary>
    private static async Task SettleAsync(QueueHost cursor, TopicPartition partition, int messages)
    {
        var every = messages / Unsettled;
        var kept = new List<Settlement>();
        var settlements = new List<Settlement>();
        for (var leased = 0L; leased < messages;)
        {
            var answer = (LeaseResult.Leased)await cursor.LeaseAsync(
                new LeaseRequest("backlog", partition, "worker") { MaxMessages = LeaseRequest.MostMessages, Duration = TimeSpan.FromHours(1), Settlements = settlements }, CancellationToken.None);
            settlements = [];
            foreach (var range in answer.Selection)
            {
                leased += range.End.Value - range.First.Value;
                Split(answer.Lease, range, every, settlements, kept);
            }
        }

        await cursor.SettleAsync(new SettleRequest("backlog", partition, [.. settlements, .. kept]), CancellationToken.None);
    }

    private static void Split(LeaseId lease, LeasedRange range, int every, List<Settlement> done, List<Settlement> kept)
    {
        for (var from = range.First.Value; from < range.End.Value;)
        {
            var next = Math.Min(range.End.Value, (from + every - 1) / every * every);
            if (next > from)
            {
                done.Add(new Settlement(lease, new OffsetRange(new Offset(from), new Offset(next)), SettlementKind.Complete));
            }

            if (next < range.End.Value)
            {
                kept.Add(new Settlement(lease, new OffsetRange(new Offset(next), new Offset(next + 1)), SettlementKind.Release));
            }

            from = next + 1;
        }
    }

    /// <summary>The broker around the cursor: one partition, and a group that always says the same.</summary>
    private sealed class Surroundings(PartitionServer server) : IQueueSurroundings
    {
        public ValueTask<QueueLookup> FindQueueAsync(string group, TopicPartition partition, CancellationToken cancellationToken) => new(new QueueLookup.Found(new QueueAssignment(
            "backlog", 1, Durability.Fsync, new Epoch(1), new Position(partition.Topic, partition.Partition, Offset.Zero, Epoch.None), new QueueSettings(), IsPaused: false)));

        public ValueTask<QueuePermit> ReportQueueAsync(string group, TopicPartition partition, QueueReport report, CancellationToken cancellationToken) => new(QueuePermit.Free);

        public ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken) => server.FetchAsync(request, cancellationToken);

        public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
            throw new NotSupportedException("No message dies here.");

        public ValueTask<TopicDescription> OpenOwnTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken) =>
            throw new NotSupportedException("No message dies here.");

        public ProducerId NewProducerId() => new(1);
    }
}
