using System.Globalization;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>A message as it is dead-lettered: as it was, with headers that tell of its failure.</summary>
internal static class DeadLetterRecord
{
    private const int MaxErrorLength = 1000;

    /// <summary>The message as a batch of one record.</summary>
    /// <param name="message">The message.</param>
    /// <param name="group">Who gave it up.</param>
    /// <param name="attempts">After how many attempts.</param>
    /// <param name="error">For what.</param>
    /// <param name="now">When.</param>
    public static ReadOnlyMemory<byte> Of(Delivery message, string group, int attempts, Exception error, Timestamp now)
    {
        // What an earlier failure said would only be taken for this one's.
        var headers = message.Headers.Where(header => !header.Name.StartsWith(HeaderNames.DeadPrefix, StringComparison.Ordinal)).ToList();
        if (message.Find(HeaderNames.MessageId) is null)
        {
            headers.Add(new(HeaderNames.MessageId, message.MessageId));
        }

        headers.Add(new(HeaderNames.DeadTopic, message.Topic));
        headers.Add(new(HeaderNames.DeadPartition, message.Partition.ToString()));
        headers.Add(new(HeaderNames.DeadOffset, message.Offset.ToString()));
        headers.Add(new(HeaderNames.DeadGroup, group));
        headers.Add(new(HeaderNames.DeadAttempts, attempts.ToString(CultureInfo.InvariantCulture)));
        headers.Add(new(HeaderNames.DeadError, ErrorOf(error)));
        headers.Add(new(HeaderNames.DeadTime, now.UnixMilliseconds.ToString(CultureInfo.InvariantCulture)));

        var builder = new RecordBatchBuilder();
        builder.Append(
            message.Timestamp,
            BytesOf(message.Key),
            BytesOf(message.Value),
            [.. headers.Select(header => new RecordHeader(Encoding.UTF8.GetBytes(header.Name), header.Value))]);
        return builder.Build(ProducerStamp.None);
    }

    /// <summary>Type and message of an exception, cut.</summary>
    public static string ErrorOf(Exception error)
    {
        var text = $"{error.GetType().FullName}: {error.Message}";
        return text.Length <= MaxErrorLength ? text : text[..MaxErrorLength];
    }

    private static NullableBytes BytesOf(ReadOnlyMemory<byte>? bytes) => bytes is { } there ? new NullableBytes(there.Span) : NullableBytes.Null;
}
