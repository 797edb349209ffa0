namespace OrleansQueue.Batches;

/// <summary>
/// Where each field of a stored batch begins. The format is Kafka's record batch with magic 2, drawn byte by byte in
/// docs/formats/batch.md; whoever changes this file changes that page and its golden blobs.
/// </summary>
internal static class BatchLayout
{
    public const int BaseOffset = 0;
    public const int Length = 8;
    public const int Epoch = 12;
    public const int Magic = 16;
    public const int Crc = 17;
    public const int Attributes = 21;
    public const int LastOffsetDelta = 23;
    public const int BaseTimestamp = 27;
    public const int MaxTimestamp = 35;
    public const int ProducerId = 43;
    public const int ProducerEpoch = 51;
    public const int BaseSequence = 53;
    public const int RecordCount = 57;

    /// <summary>Bytes before the first record.</summary>
    public const int HeaderSize = 61;

    /// <summary>The length field counts what follows it, so a batch is this much longer than the field says.</summary>
    public const int LengthOverhead = Length + sizeof(int);

    /// <summary>The only version of the format that is read or written.</summary>
    public const byte CurrentMagic = 2;
}
