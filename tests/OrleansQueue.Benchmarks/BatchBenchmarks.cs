using BenchmarkDotNet.Attributes;
using OrleansQueue.Batches;

namespace OrleansQueue.Benchmarks;

/// <summary>Encoding, the door, and decoding of one batch of 1,000 records of 100 bytes.</summary>
public class BatchBenchmarks
{
    /// <summary>Records of a batch.</summary>
    public const int Records = 1_000;

    private readonly byte[] _value = new byte[100];
    private readonly byte[] _key = "customer-1"u8.ToArray();
    private readonly RecordBatchBuilder _builder = new(128 << 10);
    private readonly BatchValidator _door = new(BatchLimits.Default, new BatchPolicy());
    private ReadOnlyMemory<byte> _batch;

    /// <summary>Makes the batch that the others read.</summary>
    [GlobalSetup]
    public void Setup() => _batch = Encode();

    /// <summary>Writes the records; the batch's own array is the only allocation.</summary>
    [Benchmark]
    [AllocationBudget((128 << 10) + 256)]
    public ReadOnlyMemory<byte> Encode()
    {
        for (var i = 0; i < Records; i++)
        {
            _builder.Append(new Timestamp(1_700_000_000_000 + i), _key.AsSpan(), _value.AsSpan());
        }

        return _builder.Build(ProducerStamp.None);
    }

    /// <summary>Checks every record as a partition does.</summary>
    [Benchmark]
    [AllocationBudget(0)]
    public bool CheckAtTheDoor() => _door.Check(_batch, new Timestamp(1_700_000_000_000), out _) is null;

    /// <summary>Walks the records as a consumer does.</summary>
    [Benchmark]
    [AllocationBudget(0)]
    public long Decode()
    {
        using var opened = OpenedBatch.Open(_batch, 16 << 20);
        var records = opened.GetRecords();
        long bytes = 0;
        while (records.MoveNext())
        {
            bytes += records.Current.Key.Span.Length + records.Current.Value.Span.Length;
        }

        return bytes;
    }

    /// <summary>CRC-32C of the batch, the floor of the others.</summary>
    [Benchmark]
    [AllocationBudget(0)]
    public uint Crc() => Crc32C.Compute(_batch.Span);
}
