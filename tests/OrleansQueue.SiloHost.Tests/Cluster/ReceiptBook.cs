using System.Buffers.Binary;
using System.Diagnostics;
using OrleansQueue.Client;
using OrleansQueue.Processes;
using OrleansQueue.SiloHost.Tests.Faults;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>What producers were told of each number that they published, how long that took, and whether it is what is stored.</summary>
internal sealed class ReceiptBook(int partitions)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, (int Partition, long Offset)> _receipts = [];
    private readonly List<TimeSpan> _all = [];
    private List<TimeSpan> _latest = [];
    private long _numbers;

    /// <summary>How many messages were acknowledged.</summary>
    public Tally Acknowledged { get; } = new();

    /// <summary>How long partitions took no messages.</summary>
    public Outages Outages { get; } = new(partitions);

    /// <summary>What went wrong, message by message.</summary>
    public List<string> Failures { get; } = [];

    public int Partitions => partitions;

    public long NextNumber() => Interlocked.Increment(ref _numbers);

    public void Add(long number, PublishReceipt receipt, long begun)
    {
        var took = Stopwatch.GetElapsedTime(begun);
        lock (_lock)
        {
            // A repetition that the broker no longer knows the place of has none; it would be missing when the places are compared.
            _receipts.Add(number, (receipt.Partition.Number, receipt.Offset?.Value ?? -1));
            _all.Add(took);
            _latest.Add(took);
        }

        Outages.Acknowledged(receipt.Partition);
        Acknowledged.Add(1);
    }

    public void AddFailure(long number, Exception wrong)
    {
        lock (_lock)
        {
            Failures.Add($"{number}: {wrong.Message}");
        }

        Acknowledged.Add(0);
    }

    /// <summary>How long publishes took since this was asked before.</summary>
    public Latencies TakeLatencies()
    {
        lock (_lock)
        {
            var taken = _latest;
            _latest = [];
            return Latencies.Of(taken);
        }
    }

    /// <summary>How long all publishes took.</summary>
    public Latencies AllLatencies()
    {
        lock (_lock)
        {
            return Latencies.Of(_all);
        }
    }

    /// <summary>Reads all partitions: every number must lie once, where its receipt says, and there must be no other.</summary>
    public async Task CheckAsync(IReadOnlyList<SiloProgram> silos, string topic)
    {
        await using var connection = await BrokerConnection.OpenAsync(silos);
        var found = (await connection.Broker.FindTopicAsync(topic, CancellationToken.None))!.Id;
        var missing = new Dictionary<long, (int Partition, long Offset)>(_receipts);
        for (var partition = 0; partition < partitions; partition++)
        {
            var end = (await connection.Broker.DescribePartitionAsync(found, new Partition(partition), CancellationToken.None))!.HighWatermark;
            await using var reader = await connection.Client.OpenReaderAsync(
                topic, new ReaderOptions { Start = StartAt.Earliest, Partition = new Partition(partition), OnGap = OnGap.Stop });
            await foreach (var record in RecordsAsync(reader, end))
            {
                Assert.True(missing.Remove(record.Number, out var place), $"Number {record.Number} is at {partition}@{record.Offset}, and is stored twice or was never acknowledged.");
                Assert.Equal(place, (partition, record.Offset));
            }
        }

        Assert.Empty(missing);
    }

    private static async IAsyncEnumerable<(long Number, long Offset)> RecordsAsync(TopicReader reader, Offset end)
    {
        if (end.Value == 0)
        {
            yield break;
        }

        await foreach (var records in reader.ReadBatchesAsync())
        {
            // A record is only there while the enumeration of its batch stands on it, which no iterator can keep.
            var read = new List<(long Number, long Offset)>();
            foreach (var record in records)
            {
                read.Add((BinaryPrimitives.ReadInt64BigEndian(record.Value.Span), record.Offset.Value));
            }

            foreach (var one in read)
            {
                yield return one;
            }

            if (records.Next.Offset >= end)
            {
                yield break;
            }
        }
    }
}
