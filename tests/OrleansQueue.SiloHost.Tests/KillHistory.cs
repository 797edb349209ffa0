using System.Globalization;
using System.Text;
using OrleansQueue.Client;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>What became of each number, as the producer was told; and whether that is how it is stored.</summary>
internal sealed class KillHistory(int count)
{
    private const long Nothing = 0;
    private const long Error = -1;

    // For each number: nothing yet, an error, or 1 + partition and offset of its receipt.
    private readonly long[] _answers = new long[count];

    // The same for what is found stored.
    private readonly long[] _stored = new long[count];

    public int Receipts { get; private set; }

    public int Duplicates { get; private set; }

    public int Errors { get; private set; }

    public void AddReceipt(int number, int partition, long offset, bool duplicate)
    {
        Assert.True(_answers[number] == Nothing, $"Number {number} was answered twice.");
        _answers[number] = Place(partition, offset);
        Receipts++;
        Duplicates += duplicate ? 1 : 0;
    }

    public void AddError(int number)
    {
        Assert.True(_answers[number] == Nothing, $"Number {number} was answered twice.");
        _answers[number] = Error;
        Errors++;
    }

    /// <summary>Reads all partitions and compares; answers how many messages there are in each.</summary>
    public async Task<IReadOnlyList<long>> CheckAsync(IReadOnlyList<SiloProgram> silos, string topic, int partitions)
    {
        await using var connection = await BrokerConnection.OpenAsync(silos);
        var stored = new long[partitions];
        for (var partition = 0; partition < partitions; partition++)
        {
            stored[partition] = await ReadAsync(connection, topic, new Partition(partition));
        }

        for (var number = 0; number < count; number++)
        {
            Assert.True(_answers[number] != Nothing, $"Number {number} has neither a receipt nor an error.");
            if (_answers[number] != Error)
            {
                Assert.True(_answers[number] == _stored[number], $"Number {number} has the receipt {Text(_answers[number])} and is at {Text(_stored[number])}.");
            }
        }

        return stored;
    }

    private async Task<int> ReadAsync(BrokerConnection connection, string topic, Partition partition)
    {
        var found = (await connection.Broker.FindTopicAsync(topic, CancellationToken.None))!;
        var end = (await connection.Broker.DescribePartitionAsync(found.Id, partition, CancellationToken.None))!.HighWatermark;
        if (end.Value == 0)
        {
            return 0;
        }

        await using var reader = await connection.Client.OpenReaderAsync(topic, new ReaderOptions { Start = StartAt.Earliest, Partition = partition, OnGap = OnGap.Stop });
        var expected = new Offset(0);
        var last = -1;
        await foreach (var records in reader.ReadBatchesAsync())
        {
            foreach (var record in records)
            {
                var number = int.Parse(Encoding.ASCII.GetString(record.Value.Span).Split(' ')[0], CultureInfo.InvariantCulture);
                Assert.True(record.Offset == expected, $"Partition {partition} goes on at offset {record.Offset} instead of {expected}.");
                Assert.True(_stored[number] == Nothing, $"Number {number} is at {Text(_stored[number])} and at {partition}@{record.Offset}.");
                Assert.True(number > last, $"In partition {partition} number {number} comes after {last}.");
                _stored[number] = Place(partition.Number, record.Offset.Value);
                (last, expected) = (number, record.Offset.Plus(1));
            }

            if (expected >= end)
            {
                break;
            }
        }

        return (int)expected.Value;
    }

    private static long Place(int partition, long offset) => 1 + ((long)partition << 48) + offset;

    private static string Text(long place) => place switch
    {
        Nothing => "no place",
        Error => "an error",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(place - 1) >> 48}@{(place - 1) & ((1L << 48) - 1)}"),
    };
}
