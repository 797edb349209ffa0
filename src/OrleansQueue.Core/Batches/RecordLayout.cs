namespace OrleansQueue.Batches;

/// <summary>Where the parts of one record lie within the records of its batch. A length of -1 stands for null.</summary>
internal struct RecordLayout
{
    public long TimestampDelta;
    public int OffsetDelta;
    public int KeyAt;
    public int KeyLength;
    public int ValueAt;
    public int ValueLength;
    public int HeadersAt;
    public int HeaderCount;
    public int End;

    /// <summary>The record's own time. It wraps round as the builder's subtraction does, so the extremes come back as they were.</summary>
    public readonly Timestamp TimestampFrom(Timestamp batchBase) => new(unchecked(batchBase.UnixMilliseconds + TimestampDelta));

    /// <summary>
    /// Lays out the record that begins at <paramref name="at"/>. Returns null, or the name of the field that does not fit;
    /// the headers are counted but not walked.
    /// </summary>
    public static string? TryParse(ReadOnlySpan<byte> records, int at, out RecordLayout record)
    {
        record = default;
        if (!VarInt.TryRead(records, ref at, out int length) || length < 0 || length > records.Length - at)
        {
            return "record length";
        }

        record.End = at + length;
        var own = records[..record.End];

        // One byte of attributes, in which Kafka gives no bit a meaning.
        at++;
        if (!VarInt.TryRead(own, ref at, out record.TimestampDelta))
        {
            return "record timestamp delta";
        }

        if (!VarInt.TryRead(own, ref at, out record.OffsetDelta))
        {
            return "record offset delta";
        }

        if (!TryParseBytes(own, ref at, out record.KeyAt, out record.KeyLength))
        {
            return "record key length";
        }

        if (!TryParseBytes(own, ref at, out record.ValueAt, out record.ValueLength))
        {
            return "record value length";
        }

        // A header takes two bytes at the least, so a count that cannot fit is found before anything is walked.
        var counted = VarInt.TryRead(own, ref at, out record.HeaderCount);
        record.HeadersAt = at;
        return counted && record.HeaderCount >= 0 && record.HeaderCount <= (record.End - at) / 2
            && (record.HeaderCount != 0 || at == record.End) ? null : "record header count";
    }

    /// <summary>Reads a length and steps over that many bytes; -1 is null.</summary>
    public static bool TryParseBytes(ReadOnlySpan<byte> own, ref int at, out int start, out int length)
    {
        var read = VarInt.TryRead(own, ref at, out length);
        start = at;
        if (!read || length < -1 || length > own.Length - at)
        {
            return false;
        }

        at += Math.Max(length, 0);
        return true;
    }
}
