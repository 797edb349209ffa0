using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Core.Tests.Queues;

/// <summary>Reads dead letters as texts.</summary>
internal static class DeadReader
{
    /// <summary>Each letter as its value and its headers, in order.</summary>
    public static List<string> Read(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var bytes = parts.SelectMany(part => part.ToArray()).ToArray();
        var found = new List<string>();
        for (var at = 0; at < bytes.Length;)
        {
            var size = (int)RecordBatchHeader.Read(bytes.AsSpan(at)).SizeInBytes;
            using var batch = OpenedBatch.Open(bytes.AsMemory(at, size), 16 << 20);
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                var text = new StringBuilder(Encoding.UTF8.GetString(records.Current.Value.Span));
                for (var headers = records.Current.Headers; headers.MoveNext();)
                {
                    text.Append(' ').Append(Encoding.UTF8.GetString(headers.Name)).Append('=').Append(Encoding.UTF8.GetString(headers.Value.Span));
                }

                found.Add(text.ToString());
            }

            at += size;
        }

        return found;
    }
}
