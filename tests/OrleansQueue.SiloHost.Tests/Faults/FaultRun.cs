using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OrleansQueue.Client;
using OrleansQueue.History;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>What all clients of a run share: the silos that suffer, and the history that they write.</summary>
internal sealed class FaultRun(IReadOnlyList<SiloProgram> silos, int partitions)
{
    public const string Topic = "numbers";
    public const int ValueBytes = 100;

    private long _values;

    public IReadOnlyList<SiloProgram> Silos => silos;

    public int Partitions => partitions;

    /// <summary>How many messages each producer publishes every 10 ms. Default: 16, some thousand a second with all producers: always many on their way, and not too many to check afterwards.</summary>
    public int AtOnce { get; init; } = 16;

    /// <summary>Clients that wait through the longest pause; by default they would give up after 30 s without an answer.</summary>
    public ClientOptions Patient { get; } = new() { ConnectTimeout = TimeSpan.FromMinutes(3) };

    public HistoryRecorder History { get; } = new();

    /// <summary>How many messages were acknowledged.</summary>
    public Tally Acknowledged { get; } = new();

    /// <summary>How long partitions took no messages.</summary>
    public Outages Outages { get; } = new(partitions);

    public static PartitionKey KeyOf(Partition partition) => new(Topic, partition.Number);

    public long NextValue() => Interlocked.Increment(ref _values);

    /// <summary>Writes down what a consumer got.</summary>
    public void Polled(Consumer consumer, FetchedRecords records)
    {
        var polled = new List<(long Offset, long Value)>();
        foreach (var record in records)
        {
            polled.Add((record.Offset.Value, BinaryPrimitives.ReadInt64BigEndian(record.Value.Span)));
        }

        History.Poll(
            consumer,
            KeyOf(records.Partition),
            records.From.Offset.Value,
            CollectionsMarshal.AsSpan(polled),
            records.Next.Offset.Value,
            records.LogStart.Value);
    }
}
