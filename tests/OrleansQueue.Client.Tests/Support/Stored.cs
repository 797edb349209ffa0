using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client.Tests.Support;

/// <summary>A record as a partition holds it.</summary>
internal sealed record StoredRecord(Offset Offset, string? Key, string? Value, IReadOnlyList<MessageHeader> Headers, Timestamp Timestamp);

/// <summary>Shows what a partition holds.</summary>
internal static class Stored
{
    public static List<StoredRecord> In(FakePartition partition)
    {
        var found = new List<StoredRecord>();
        foreach (var batch in partition.Batches)
        {
            using var opened = OpenedBatch.Open(batch.Bytes, 16 << 20);
            var records = opened.GetRecords();
            while (records.MoveNext())
            {
                var record = records.Current;
                var headers = new List<MessageHeader>();
                var each = record.Headers;
                while (each.MoveNext())
                {
                    headers.Add(new(Encoding.UTF8.GetString(each.Name), each.Value.IsNull ? default(string) : Encoding.UTF8.GetString(each.Value.Span)));
                }

                found.Add(new(record.Offset, Text(record.Key), Text(record.Value), headers, record.Timestamp));
            }
        }

        return found;
    }

    public static string[] ValuesIn(FakePartition partition) => [.. In(partition).Select(record => record.Value ?? "null")];

    private static string? Text(NullableBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);
}
