using System.Diagnostics;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>Reads a topic from its beginning as fast as it comes, and verifies every byte.</summary>
internal static class ConsumeBench
{
    public static async Task<BenchReport> RunAsync(Connection connection, BenchOptions options, CancellationToken cancellationToken)
    {
        var topic = await BenchTopic.OpenAsync(connection, options, cancellationToken);
        await PublishBench.FillAsync(connection, topic, options, cancellationToken);
        var warmUp = Stopwatch.StartNew();
        while (warmUp.Elapsed.TotalSeconds < BenchReport.WarmUpSeconds)
        {
            await ReadAsync(connection, topic, options, () => warmUp.Elapsed.TotalSeconds < BenchReport.WarmUpSeconds, [], cancellationToken);
        }

        var waits = new List<double>();
        var elapsed = Stopwatch.StartNew();
        var problem = await ReadAsync(connection, topic, options, static () => true, waits, cancellationToken);
        return new BenchReport("consume", options, topic.Durability, elapsed.Elapsed, waits, problem);
    }

    /// <summary>Reads as many messages as the options say; answers what was wrong first: one that was not whole, missing, doubled or out of order.</summary>
    private static async Task<string?> ReadAsync(
        Connection connection, BenchTopic topic, BenchOptions options, Func<bool> goOn, List<double> waits, CancellationToken cancellationToken)
    {
        await using var reader = await connection.Client.OpenReaderAsync(topic.Name, new ReaderOptions { Start = StartAt.Earliest, OnGap = OnGap.Stop }, cancellationToken);
        var check = new OrderCheck(options.Size);
        var asked = Stopwatch.GetTimestamp();
        await foreach (var records in reader.ReadBatchesAsync(cancellationToken))
        {
            waits.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            check.Take(records, options.Messages);
            if (check.Count >= options.Messages || !goOn())
            {
                break;
            }

            asked = Stopwatch.GetTimestamp();
        }

        return check.Problem;
    }

    private sealed class OrderCheck(int size)
    {
        private readonly BenchMessage _expected = new(size, 0);
        private readonly Dictionary<Partition, Offset> _nextOffsets = [];
        private readonly Dictionary<(Partition Partition, long Run), long> _lastNumbers = [];

        public long Count { get; private set; }

        public string? Problem { get; private set; }

        public void Take(FetchedRecords records, long most)
        {
            var next = _nextOffsets.GetValueOrDefault(records.Partition, records.LogStart);
            long run = 0;
            long last = -1;
            foreach (var record in records)
            {
                if (Count == most)
                {
                    break;
                }

                var isOurs = _expected.TryRead(record.Value.Span, out var its, out var number);
                if (its != run)
                {
                    (run, last) = (its, Swap(records.Partition, run, last, its));
                }

                if (!isOurs || record.Offset != next || number <= last)
                {
                    Problem ??= $"Partition {records.Partition}, offset {record.Offset}: {(!isOurs ? $"this is no message of {size} bytes that `oq bench` published"
                        : record.Offset != next ? $"offset {next} had to come before it" : "it came twice or out of order")}.";
                }

                (last, next) = (number, record.Offset.Plus(1));
                Count++;
            }

            Swap(records.Partition, run, last, run);
            _nextOffsets[records.Partition] = next;
        }

        /// <summary>Remembers the last number of one run, and answers that of another.</summary>
        private long Swap(Partition partition, long run, long last, long other)
        {
            _lastNumbers[(partition, run)] = last;
            return _lastNumbers.GetValueOrDefault((partition, other), -1);
        }
    }
}
