using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Makes batches, and reads what a fetch answered.</summary>
internal static class Batch
{
    /// <summary>A batch of texts without a producer.</summary>
    public static ReadOnlyMemory<byte> Of(params string[] values) => From(ProducerStamp.None, values);

    /// <summary>A batch of texts from a producer.</summary>
    public static ReadOnlyMemory<byte> From(ProducerStamp producer, params string[] values) => Build(BatchCompression.None, producer, values);

    /// <summary>A batch of texts from a producer, whose sequence begins there.</summary>
    public static ReadOnlyMemory<byte> From(ProducerIdentity producer, int sequence, params string[] values) =>
        From(new ProducerStamp(producer.Id, producer.Epoch, new Sequence(sequence)), values);

    public static ReadOnlyMemory<byte> Build(BatchCompression compression, ProducerStamp producer, params string[] values)
    {
        var builder = new RecordBatchBuilder(256, compression);
        foreach (var value in values)
        {
            builder.Append(new Timestamp(1_000), NullableBytes.Null, Encoding.UTF8.GetBytes(value).AsSpan());
        }

        return builder.Build(producer);
    }

    /// <summary>A batch of one record whose value is that long.</summary>
    public static ReadOnlyMemory<byte> OfSize(int valueBytes) => Of(new string('x', valueBytes));

    /// <summary>The batches of an answer, each by itself.</summary>
    public static List<byte[]> Split(FetchResult.Fetched read)
    {
        var bytes = read.Parts.SelectMany(part => part.ToArray()).ToArray();
        var batches = new List<byte[]>();
        for (var at = 0; at < bytes.Length; at += batches[^1].Length)
        {
            batches.Add(bytes[at..(at + (int)RecordBatchHeader.Read(bytes.AsSpan(at)).SizeInBytes)]);
        }

        return batches;
    }

    /// <summary>The texts of all records of an answer, also of those that are not meant for the reader.</summary>
    public static List<(long Offset, string Value)> Records(FetchResult.Fetched read)
    {
        var found = new List<(long, string)>();
        foreach (var bytes in Split(read))
        {
            using var batch = OpenedBatch.Open(bytes, BatchLimits.Default.MaxOpenedBytes);
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                found.Add((records.Current.Offset.Value, Encoding.UTF8.GetString(records.Current.Value.Span)));
            }
        }

        return found;
    }

    /// <summary>The texts of the records that are meant for the reader.</summary>
    public static List<(long Offset, string Value)> Selected(FetchResult.Fetched read) =>
        [.. Records(read).Where(record => read.Selection.Any(range => range.Contains(new Offset(record.Offset))))];
}
