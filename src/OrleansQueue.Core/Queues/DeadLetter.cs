using System.Globalization;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>A message as a queue group gives it up: as it was, with headers that tell of its failure behind its own. Those of an earlier failure stay, as its history.</summary>
internal static class DeadLetter
{
    // A message that fails again and again after it was put back keeps as much of its history as fits into what a message may hold.
    private const int MostHistory = 16;

    /// <summary>A batch codec that the broker does not open travels whole, as the value of one dead letter.</summary>
    public const string BatchContentType = "application/vnd.orleansqueue.record-batch";

    /// <summary>The message as a batch of one record.</summary>
    public static byte[] Of(in RecordView record, DyingMessage dying, string group, string topic, Partition partition)
    {
        var headers = new List<RecordHeader>();
        var names = new List<string>();
        for (var own = record.Headers; own.MoveNext();)
        {
            headers.Add(new RecordHeader(own.Name.ToArray(), own.Value.IsNull ? null : own.Value.Span.ToArray()));
            names.Add(Encoding.UTF8.GetString(own.Name));
        }

        DropHistory(headers, names);
        var offset = dying.Place.Offset;
        if (!names.Contains(ReservedHeaders.MessageId))
        {
            headers.Add(Header(ReservedHeaders.MessageId, $"{partition}-{offset}"));
        }

        // A message that was put back lies in a log of the group's own; where it came from its first dead letter says.
        var origin = dying.Place.IsRequeued ? names.LastIndexOf(ReservedHeaders.DeadOffset) : -1;
        headers.Add(Header(ReservedHeaders.DeadTopic, topic));
        headers.Add(Header(ReservedHeaders.DeadPartition, partition.ToString()));
        headers.Add(origin < 0 ? Header(ReservedHeaders.DeadOffset, offset.ToString()) : headers[origin]);
        AddFailure(headers, dying, group);
        return Build(record.Timestamp, record.Key, record.Value, headers);
    }

    /// <summary>A batch that cannot be opened, as one dead letter.</summary>
    public static byte[] OfBatch(WindowBatch batch, DyingMessage dying, string group, string topic, Partition partition)
    {
        List<RecordHeader> headers =
        [
            Header("oq-content-type", BatchContentType),
            Header(ReservedHeaders.MessageId, $"{partition}-{dying.Place.Offset}"),
            Header(ReservedHeaders.DeadTopic, topic),
            Header(ReservedHeaders.DeadPartition, partition.ToString()),
            Header(ReservedHeaders.DeadOffset, dying.Place.Offset.ToString()),
        ];
        AddFailure(headers, dying, group);
        return Build(batch.Header.MaxTimestamp, NullableBytes.Null, batch.ToArray(), headers);
    }

    private static void AddFailure(List<RecordHeader> headers, DyingMessage dying, string group)
    {
        headers.Add(Header(ReservedHeaders.DeadGroup, group));
        headers.Add(Header(ReservedHeaders.DeadAttempts, dying.Deliveries.ToString(CultureInfo.InvariantCulture)));
        headers.Add(Header(ReservedHeaders.DeadError, dying.Error));
        headers.Add(Header(ReservedHeaders.DeadTime, dying.Time.ToString(CultureInfo.InvariantCulture)));
        headers.Add(Header(ReservedHeaders.DeadReason, dying.Reason));
    }

    private static void DropHistory(List<RecordHeader> headers, List<string> names)
    {
        if (names.Count(static name => name == ReservedHeaders.DeadTime) < MostHistory)
        {
            return;
        }

        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (names[i].StartsWith(ReservedHeaders.DeadPrefix, StringComparison.Ordinal) && names[i] != ReservedHeaders.DeadOffset)
            {
                headers.RemoveAt(i);
                names.RemoveAt(i);
            }
        }
    }

    private static byte[] Build(Timestamp time, NullableBytes key, NullableBytes value, List<RecordHeader> headers)
    {
        var builder = new RecordBatchBuilder(RecordBatchHeader.Size + 1024);
        builder.Append(time, key, value, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(headers));
        return builder.Build(ProducerStamp.None).ToArray();
    }

    private static RecordHeader Header(string name, string value) => new(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
}
