using System.Diagnostics;
using OrleansQueue.Batches;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>
/// How long a message takes from its publish to its delivery, at a steady rate. Open loop: each message has its time to be
/// published, set beforehand, and counts from then, also where the sender was late; so a stall shows in every message it delays.
/// </summary>
internal static class LatencyBench
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    public static async Task<BenchReport> RunAsync(Connection connection, BenchOptions options, CancellationToken cancellationToken)
    {
        var topic = await BenchTopic.OpenAsync(connection, options, cancellationToken);
        await using var producer = await connection.Client.OpenProducerAsync(topic.Name, null, cancellationToken);
        await using var reader = await connection.Client.OpenReaderAsync(topic.Name, new ReaderOptions { Start = StartAt.End, OnGap = OnGap.Stop }, cancellationToken);

        var warmUp = new Schedule(Stopwatch.GetTimestamp(), options.Rate, (long)options.Rate * BenchReport.WarmUpSeconds);
        await RunAsync(producer, reader, options.Size, warmUp, cancellationToken);
        var schedule = new Schedule(Stopwatch.GetTimestamp(), options.Rate, options.Messages);
        var (latencies, problem) = await RunAsync(producer, reader, options.Size, schedule, cancellationToken);
        return new BenchReport("latency", options, topic.Durability, Stopwatch.GetElapsedTime(schedule.Start), latencies, problem);
    }

    private static async Task<(double[] Latencies, string? Problem)> RunAsync(
        TopicProducer producer, TopicReader reader, int size, Schedule schedule, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        var delivering = Task.Run(() => ReadAsync(reader, new BenchMessage(size, schedule.Start), schedule, silence, either.Token), CancellationToken.None);
        try
        {
            await PublishAsync(producer, new BenchMessage(size, schedule.Start), schedule, cancellationToken);
            return await delivering;
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested)
        {
            return ([], $"No message was delivered for {LongestSilence.TotalSeconds} s.");
        }
    }

    /// <summary>Publishes what is due, and sleeps until more is.</summary>
    private static async Task PublishAsync(TopicProducer producer, BenchMessage message, Schedule schedule, CancellationToken cancellationToken)
    {
        var receipts = new ReceiptRing(message.Size);
        for (long number = 0; number < schedule.Count;)
        {
            var due = Math.Min(schedule.DueNow(), Math.Min(schedule.Count, number + ReceiptRing.Step));
            if (number >= due)
            {
                await Task.Delay(Tick, TimeProvider.System, cancellationToken);
                continue;
            }

            await receipts.MakeRoomAsync();
            for (; number < due; number++)
            {
                receipts.Add(producer.PublishAsync(NullableBytes.Null, message.Of(number), CancellationToken.None));
            }
        }

        await receipts.DrainAsync();
    }

    /// <summary>Reads until every message of the run was delivered: each once, whole, and in order within its partition.</summary>
    private static async Task<(double[] Latencies, string? Problem)> ReadAsync(
        TopicReader reader, BenchMessage expected, Schedule schedule, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var latencies = new double[schedule.Count];
        var lastOf = new Dictionary<Partition, long>();
        var (count, verified) = (0L, true);
        await foreach (var records in reader.ReadBatchesAsync(cancellationToken))
        {
            silence.CancelAfter(LongestSilence);
            var now = Stopwatch.GetTimestamp();
            var last = lastOf.GetValueOrDefault(records.Partition, -1);
            foreach (var record in records)
            {
                verified &= expected.TryRead(record.Value.Span, out var run, out var number);
                if (run == schedule.Start && number < schedule.Count)
                {
                    verified &= number > last && latencies[number] == 0;
                    latencies[number] = schedule.Since(number, now);
                    last = number;
                    count++;
                }
            }

            lastOf[records.Partition] = last;
            if (count == schedule.Count)
            {
                return (latencies, verified ? null : $"A message was not one of {expected.Size} bytes that `oq bench` published, or came twice or out of order.");
            }
        }

        return (latencies, $"Reading ended after {count} of {schedule.Count} messages.");
    }

    /// <summary>When each message is to be published.</summary>
    private sealed record Schedule(long Start, int Rate, long Count)
    {
        /// <summary>How many messages are due by now.</summary>
        public long DueNow() => (long)(Stopwatch.GetElapsedTime(Start).TotalSeconds * Rate) + 1;

        /// <summary>Milliseconds from the time of a message to a moment.</summary>
        public double Since(long number, long moment) => (Stopwatch.GetElapsedTime(Start, moment).TotalSeconds - ((double)number / Rate)) * 1_000;
    }
}
