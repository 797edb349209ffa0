using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>Writes a batch that was not stored once more, under another producer epoch or sequence.</summary>
internal static class BatchCopy
{
    public static ReadOnlyMemory<byte> Under(ProducerStamp stamp, ReadOnlyMemory<byte> batch)
    {
        using var opened = OpenedBatch.Open(batch, BatchLimits.Default.MaxOpenedBytes);
        var builder = new RecordBatchBuilder(batch.Length);
        var headers = new List<RecordHeader>();
        var records = opened.GetRecords();
        while (records.MoveNext())
        {
            var record = records.Current;
            headers.Clear();
            var each = record.Headers;
            while (each.MoveNext())
            {
                headers.Add(new(each.Name.ToArray(), each.Value.IsNull ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(each.Value.Span.ToArray())));
            }

            builder.Append(record.Timestamp, record.Key, record.Value, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(headers));
        }

        return builder.Build(stamp);
    }
}
