using System.Globalization;
using System.Text;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>A message as a reader gets it, in memory of its own.</summary>
public sealed class Delivery
{
    // What the CRC of a batch covers begins here: docs/formats/batch.md.
    private const int CrcCovers = 21;

    private Delivery(string topic, Position next, Offset offset, Timestamp timestamp, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, IReadOnlyList<MessageHeader> headers)
    {
        Topic = topic;
        Next = next;
        Offset = offset;
        Timestamp = timestamp;
        Key = key;
        Value = value;
        Headers = headers;
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public Partition Partition => Next.Partition;

    /// <summary>The message's place in the partition.</summary>
    public Offset Offset { get; }

    /// <summary>Where to read on behind it.</summary>
    public Position Next { get; }

    /// <summary>When the broker took it, or the producer's time, as the topic says.</summary>
    public Timestamp Timestamp { get; }

    /// <summary>The key, or null.</summary>
    public ReadOnlyMemory<byte>? Key { get; }

    /// <summary>The value; null is a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value { get; }

    /// <summary>Whether the message says that its key is deleted.</summary>
    public bool IsTombstone => Value is null;

    /// <summary>The headers in order; names may repeat.</summary>
    public IReadOnlyList<MessageHeader> Headers { get; }

    /// <summary>The id that the application gave the message, or <c>partition-offset</c>.</summary>
    public string MessageId => Find(HeaderNames.MessageId)?.Text ?? string.Create(CultureInfo.InvariantCulture, $"{Partition}-{Offset}");

    /// <summary>When the message expires, or null.</summary>
    public DateTimeOffset? ExpiresAt =>
        long.TryParse(Find(HeaderNames.Expires)?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    /// <summary>Why the batch that stands in this place cannot be read; null for a message.</summary>
    internal Exception? Problem { get; private init; }

    /// <summary>Whether bytes of that batch were damaged, on their way or where they are stored: nothing of it can be kept elsewhere, and to read it again may help.</summary>
    internal bool IsDamaged => Problem is not null && Value is null;

    /// <summary>What a group's member has to finish; null for a reader without a group.</summary>
    internal Claim? Claim { get; set; }

    /// <summary>The first header of a name, or null.</summary>
    public MessageHeader? Find(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Name == name)
            {
                return header;
            }
        }

        return null;
    }

    /// <summary>Reads the value.</summary>
    /// <exception cref="MessageFormatException">The value is not one that <paramref name="serializer"/> writes; a tombstone has none.</exception>
    public T Read<T>(IMessageSerializer<T> serializer)
    {
        ArgumentNullException.ThrowIfNull(serializer);
        if (Value is not { } value)
        {
            throw new MessageFormatException($"Message {MessageId} of topic {Topic} is a tombstone and has no value.");
        }

        try
        {
            return serializer.Deserialize(value.Span);
        }
        catch (Exception problem) when (problem is not MessageFormatException)
        {
            throw new MessageFormatException($"The value of message {MessageId} of topic {Topic} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>
    /// Marks the message as processed and keeps that before it returns: no member of the group gets it again. Only for messages
    /// that a <see cref="TopicConsumer"/> delivered; without it they are kept as processed when the next one is asked for, at
    /// the next commit.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the message may be kept as processed all the same.</param>
    /// <exception cref="PartitionLostException">The partition is another member's by now, which gets the message again.</exception>
    /// <exception cref="InvalidOperationException">The message was read without a group, so nobody remembers it.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default) =>
        Claim?.CompleteAsync(cancellationToken) ?? throw new InvalidOperationException("A message that was read without a group cannot be completed.");

    internal bool IsExpired(TimeProvider clock) => ExpiresAt is { } expires && expires <= clock.GetUtcNow();

    internal static Delivery Of(string topic, Position read, scoped in RecordView record, Epoch epoch)
    {
        var key = record.Key;
        var value = record.Value;
        var bytes = new byte[key.Span.Length + value.Span.Length];
        key.Span.CopyTo(bytes);
        value.Span.CopyTo(bytes.AsSpan(key.Span.Length));
        return new Delivery(
            topic,
            read with { Offset = record.Offset.Plus(1), Epoch = epoch },
            record.Offset,
            record.Timestamp,
            key.IsNull ? default(ReadOnlyMemory<byte>?) : bytes.AsMemory(0, key.Span.Length),
            value.IsNull ? default(ReadOnlyMemory<byte>?) : bytes.AsMemory(key.Span.Length),
            record.HeaderCount == 0 ? [] : HeadersOf(record));
    }

    /// <summary>What stands in the place of a batch that cannot be read: the batch as it is stored; nothing where it is damaged.</summary>
    internal static Delivery Unreadable(string topic, Position at, ReadOnlyMemory<byte> batch, Exception problem)
    {
        if (!IsAsStored(batch.Span))
        {
            return new(topic, at, at.Offset, default, null, null, []) { Problem = problem };
        }

        var header = RecordBatchHeader.Read(batch.Span);
        var next = at with { Offset = header.NextOffset, Epoch = header.Epoch };
        var offset = at.Offset > header.BaseOffset ? at.Offset : header.BaseOffset;
        return new(topic, next, offset, header.MaxTimestamp, null, batch, [new(HeaderNames.ContentType, ContentTypes.RecordBatch)]) { Problem = problem };
    }

    private static bool IsAsStored(ReadOnlySpan<byte> batch) =>
        batch.Length >= RecordBatchHeader.Size && Crc32C.Compute(batch[CrcCovers..]) == RecordBatchHeader.Read(batch).Crc;

    private static MessageHeader[] HeadersOf(scoped in RecordView record)
    {
        var headers = new MessageHeader[record.HeaderCount];
        var reader = record.Headers;
        for (var i = 0; reader.MoveNext(); i++)
        {
            headers[i] = new(Encoding.UTF8.GetString(reader.Name), reader.Value.IsNull ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(reader.Value.Span.ToArray()));
        }

        return headers;
    }
}
