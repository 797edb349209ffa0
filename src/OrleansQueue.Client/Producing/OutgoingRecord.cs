using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>A message on its way into a batch; everything in it still belongs to the caller.</summary>
internal readonly ref struct OutgoingRecord
{
    /// <summary>No partition was named.</summary>
    public const int AnyPartition = -1;

    // Lengths and deltas of a record, and of a header, at their longest.
    private const int MaxOverhead = 36;
    private const int MaxHeaderOverhead = 10;

    private OutgoingRecord(NullableBytes key, NullableBytes value, ReadOnlySpan<RecordHeader> headers, int partition, bool noRetry, int headerBytes)
    {
        Key = key;
        Value = value;
        Headers = headers;
        Partition = partition;
        NoRetry = noRetry;
        HeaderBytes = headerBytes;
    }

    public NullableBytes Key { get; }

    public NullableBytes Value { get; }

    public ReadOnlySpan<RecordHeader> Headers { get; }

    /// <summary>The partition that the caller named, or <see cref="AnyPartition"/>.</summary>
    public int Partition { get; }

    public bool NoRetry { get; }

    /// <summary>Names and values of the headers together.</summary>
    public int HeaderBytes { get; }

    /// <summary>Key, value and headers, as the limits count them.</summary>
    public long MessageBytes => (long)Key.Span.Length + Value.Span.Length + HeaderBytes;

    /// <summary>The most that the record can take in a batch.</summary>
    public long MostBytes => MessageBytes + MaxOverhead + ((long)MaxHeaderOverhead * Headers.Length);

    public static OutgoingRecord Of(NullableBytes key, NullableBytes value) => new(key, value, default, AnyPartition, false, 0);

    public static OutgoingRecord Of(NullableBytes key, NullableBytes value, ReadOnlySpan<RecordHeader> headers, int partition, bool noRetry)
    {
        long bytes = 0;
        foreach (var header in headers)
        {
            bytes += header.Name.Length + (header.Value?.Length ?? 0);
        }

        return new(key, value, headers, partition, noRetry, (int)Math.Min(bytes, int.MaxValue / 2));
    }
}
