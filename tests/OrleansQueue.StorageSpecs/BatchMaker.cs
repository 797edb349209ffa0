using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.StorageSpecs;

/// <summary>Makes batches for tests.</summary>
internal static class BatchMaker
{
    /// <summary>A batch of texts without a producer.</summary>
    public static ReadOnlyMemory<byte> Of(params string[] values) => From(ProducerStamp.None, values);

    /// <summary>A batch of texts from a producer.</summary>
    public static ReadOnlyMemory<byte> From(ProducerStamp producer, params string[] values)
    {
        var builder = new RecordBatchBuilder(256);
        foreach (var value in values)
        {
            builder.Append(new Timestamp(1_000), NullableBytes.Null, Encoding.UTF8.GetBytes(value).AsSpan());
        }

        return builder.Build(producer);
    }

    /// <summary>A batch of one record of that many bytes.</summary>
    public static ReadOnlyMemory<byte> OfSize(int valueBytes, byte fill = 7)
    {
        var builder = new RecordBatchBuilder(valueBytes + 256);
        var value = new byte[valueBytes];
        Array.Fill(value, fill);
        builder.Append(new Timestamp(1_000), NullableBytes.Null, value.AsSpan());
        return builder.Build(ProducerStamp.None);
    }

    /// <summary>A batch as an owner would store it, with offset and epoch.</summary>
    public static byte[] Stored(Offset first, Epoch epoch, params string[] values)
    {
        var batch = Of(values).ToArray();
        var header = new byte[RecordBatchHeader.Size];
        BatchStamp.Apply(batch, header, first, epoch, appendTime: null);
        header.CopyTo(batch, 0);
        return batch;
    }

    /// <summary>The texts of batches that lie one behind the other, with their offsets.</summary>
    public static List<(long Offset, string Value)> Read(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var bytes = parts.SelectMany(part => part.ToArray()).ToArray();
        var found = new List<(long, string)>();
        for (var at = 0; at < bytes.Length;)
        {
            var size = (int)RecordBatchHeader.Read(bytes.AsSpan(at)).SizeInBytes;
            using var batch = OpenedBatch.Open(bytes.AsMemory(at, size), 16 << 20);
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                found.Add((records.Current.Offset.Value, Encoding.UTF8.GetString(records.Current.Value.Span)));
            }

            at += size;
        }

        return found;
    }
}
