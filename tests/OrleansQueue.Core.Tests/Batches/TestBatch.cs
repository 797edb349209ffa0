using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>Makes batches of test records and reads them back.</summary>
internal static class TestBatch
{
    public const int MaxOpened = 16 << 20;

    /// <summary>Three small records, the start of every test that spoils a batch.</summary>
    public static TestRecord[] ThreeRecords { get; } =
    [
        new(1_000, "key", "value", new TestHeader("name", "text")),
        new(1_001, null, "no key"),
        new(1_002, "tombstone", null),
    ];

    public static byte[] Build(params TestRecord[] records) => BuildAs(BatchCompression.None, ProducerStamp.None, records);

    public static byte[] BuildGzip(params TestRecord[] records) => BuildAs(BatchCompression.Gzip, ProducerStamp.None, records);

    public static byte[] BuildAs(BatchCompression compression, ProducerStamp producer, params TestRecord[] records)
    {
        var builder = new RecordBatchBuilder(compression: compression);
        foreach (var record in records)
        {
            record.AppendTo(builder);
        }

        return builder.Build(producer).ToArray();
    }

    /// <summary>The records of a batch, which must lie at consecutive offsets from its base offset.</summary>
    public static List<TestRecord> Read(ReadOnlyMemory<byte> batch)
    {
        using var opened = OpenedBatch.Open(batch, MaxOpened);
        var records = new List<TestRecord>();
        var reader = opened.GetRecords();
        while (reader.MoveNext())
        {
            Assert.Equal(opened.Header.BaseOffset.Plus(records.Count), reader.Current.Offset);
            records.Add(TestRecord.From(reader.Current));
        }

        return records;
    }
}
