namespace OrleansQueue.Batches;

/// <summary>What a topic asks of the batches that are appended to it.</summary>
public sealed record BatchPolicy
{
    /// <summary>Whose timestamps are stored. Default: the silo's at the append, so that they never fall within a partition.</summary>
    public TimestampKind Timestamps { get; init; } = TimestampKind.Append;

    /// <summary>
    /// Whether batches in a codec that the broker cannot open are taken. Default: no, because such a batch reaches the
    /// consumers unchecked.
    /// </summary>
    public bool AcceptForeignCodecs { get; init; }
}

/// <summary>
/// The door of a partition: checks one batch from a producer byte by byte before anything of it is stored. Nothing is
/// allocated for a record, and nothing at all for a batch that passes uncompressed.
/// </summary>
public sealed class BatchValidator(BatchLimits limits, BatchPolicy policy)
{
    /// <summary>Checks one batch.</summary>
    /// <param name="batch">The bytes of the batch, no fewer and no more.</param>
    /// <param name="now">The silo's time, against which producers' timestamps are held.</param>
    /// <param name="header">The batch's header, where the answer is null.</param>
    /// <returns>Why the batch is refused, or null.</returns>
    public Refusal? Check(ReadOnlyMemory<byte> batch, Timestamp now, out RecordBatchHeader header)
    {
        if (batch.Length > limits.MaxBatchBytes)
        {
            header = default;
            return Refusal.Of("batch size", batch.Length, $"at most {limits.MaxBatchBytes} bytes");
        }

        var wrong = BatchEnvelope.Check(batch.Span, out header) ?? CheckFromProducer(header) ?? CheckTimestamps(header, now);
        if (wrong is not null || header.Attributes.Compression > BatchCompression.Gzip)
        {
            return wrong;
        }

        wrong = OpenedBatch.TryOpen(header, batch, limits.MaxOpenedBytes, out var opened);
        using (opened)
        {
            return wrong ?? CheckRecords(header, opened.Records);
        }
    }

    private Refusal? CheckFromProducer(in RecordBatchHeader header)
    {
        var attributes = header.Attributes;
        if (attributes.HasUnknownBits || attributes.IsControl || attributes.IsTransactional)
        {
            return Refusal.Of("batch attributes", attributes.Bits, "compression and timestamp kind only");
        }

        if (attributes.Compression > BatchCompression.Zstd)
        {
            return Refusal.Of("compression", (long)attributes.Compression, "0 (none) to 4 (zstd)");
        }

        if (attributes.Compression > BatchCompression.Gzip && !policy.AcceptForeignCodecs)
        {
            return Refusal.OfText("compression", attributes.Compression.ToString(), "none or gzip, unless the topic says foreign-codecs: accept");
        }

        if (header.RecordCount < 1 || header.RecordCount - 1 != header.LastOffsetDelta)
        {
            return Refusal.Of("batch record count", header.RecordCount, $"{header.LastOffsetDelta + 1L}, as many as its offsets, and at least 1");
        }

        var producer = header.Producer;
        var complete = producer.IsIdempotent
            ? producer.Id.Value >= 0 && producer.Epoch.Value >= 0 && producer.First.Value >= 0
            : producer == ProducerStamp.None;
        return complete ? null : Refusal.OfText(
            "batch producer",
            $"id {producer.Id.Value}, epoch {producer.Epoch.Value}, sequence {producer.First.Value}",
            "id, epoch and sequence of 0 or more, or all of them -1");
    }

    private Refusal? CheckTimestamps(in RecordBatchHeader header, Timestamp now)
    {
        if (policy.Timestamps == TimestampKind.Append)
        {
            return null;
        }

        if (header.Attributes.TimestampKind == TimestampKind.Append)
        {
            return Refusal.Of("batch attributes", header.Attributes.Bits, "producer's timestamps, as the topic says timestamps: create");
        }

        var latest = now.Plus(limits.MaxTimestampAhead);
        return header.MaxTimestamp > latest
            ? Refusal.Of("batch max timestamp", header.MaxTimestamp.UnixMilliseconds, $"at most {latest.UnixMilliseconds}, {limits.MaxTimestampAhead} ahead of the broker")
            : null;
    }

    private Refusal? CheckRecords(in RecordBatchHeader header, ReadOnlySpan<byte> records)
    {
        var at = 0;
        for (var index = 0; index < header.RecordCount; index++)
        {
            var field = RecordLayout.TryParse(records, at, out var record);
            if (field is not null)
            {
                return Refusal.OfText(field, $"wrong in record {index}", "what fits the batch");
            }

            var wrong = CheckRecord(records, record, index, header);
            if (wrong is not null)
            {
                return wrong;
            }

            at = record.End;
        }

        return at == records.Length ? null : Refusal.Of("batch records", records.Length, $"{at} bytes, where the last of {header.RecordCount} records ends");
    }

    private Refusal? CheckRecord(ReadOnlySpan<byte> records, in RecordLayout record, int index, in RecordBatchHeader header)
    {
        if (record.OffsetDelta != index)
        {
            return Refusal.Of("record offset delta", record.OffsetDelta, $"{index}, its place in the batch");
        }

        if (record.KeyLength > limits.MaxKeyBytes)
        {
            return Refusal.Of("record key size", record.KeyLength, $"at most {limits.MaxKeyBytes} bytes");
        }

        if (policy.Timestamps == TimestampKind.Create
            && record.TimestampFrom(header.BaseTimestamp) > header.MaxTimestamp)
        {
            return Refusal.Of("record timestamp delta", record.TimestampDelta, "no later than the batch's max timestamp");
        }

        var headerBytes = 0;
        var wrong = record.HeaderCount == 0 ? null : CheckHeaders(records, record, out headerBytes);
        var messageBytes = Math.Max(record.KeyLength, 0) + (long)Math.Max(record.ValueLength, 0) + headerBytes;
        return wrong ?? (messageBytes > limits.MaxMessageBytes
            ? Refusal.Of("message size", messageBytes, $"at most {limits.MaxMessageBytes} bytes of key, value and headers")
            : null);
    }

    private Refusal? CheckHeaders(ReadOnlySpan<byte> records, in RecordLayout record, out int bytes)
    {
        bytes = 0;
        if (record.HeaderCount > limits.MaxHeaders)
        {
            return Refusal.Of("header count", record.HeaderCount, $"at most {limits.MaxHeaders}");
        }

        var reader = new HeaderReader(records[..record.End], record.HeadersAt, record.HeaderCount);
        for (var i = 0; i < record.HeaderCount; i++)
        {
            if (!reader.TryMove())
            {
                return Refusal.OfText("record header length", $"wrong in header {i}", "bytes within the record");
            }

            bytes += reader.Name.Length + reader.Value.Span.Length;
        }

        if (reader.BytesLeft != 0)
        {
            return Refusal.OfText("record length", $"{reader.BytesLeft} bytes too long", "up to the end of its last header");
        }

        return bytes > limits.MaxHeaderBytes ? Refusal.Of("header size", bytes, $"at most {limits.MaxHeaderBytes} bytes of names and values") : null;
    }
}
