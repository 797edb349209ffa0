using System.Buffers.Binary;

namespace OrleansQueue.Log;

/// <summary>
/// What a log knows beside its records: producers and epochs. It is written at the start of each segment, so that opening a
/// log reads one segment and not all of them. Drawn in docs/formats/index.md.
/// </summary>
internal sealed class LogState
{
    /// <summary>The idempotent producers; null until there is one.</summary>
    public ProducerTable? Producers { get; private set; }

    public EpochHistory Epochs { get; } = new();

    public ProducerTable EnsureProducers() => Producers ??= new ProducerTable();

    /// <summary>Takes a batch of the log in.</summary>
    /// <param name="header">The batch.</param>
    /// <param name="appended">When it was appended, which a batch with the producer's timestamps does not say itself.</param>
    public void Add(in Batches.RecordBatchHeader header, Timestamp appended)
    {
        Epochs.Add(header.Epoch, header.BaseOffset);
        if (header.Producer.IsIdempotent)
        {
            EnsureProducers().Add(header.Producer, header.LastOffsetDelta + 1, header.BaseOffset, SegmentIndexes.AppendTimeOf(header, appended));
        }
    }

    /// <summary>Takes in what was known where the segment began.</summary>
    public void AddOlder(LogState older)
    {
        Epochs.AddOlder(older.Epochs);
        if (older.Producers is not null)
        {
            EnsureProducers().AddOlder(older.Producers);
        }
    }

    /// <summary>The same knowledge, to be changed apart from this.</summary>
    public LogState Copy()
    {
        var copy = new LogState();
        copy.Epochs.AddOlder(Epochs);
        foreach (var producer in Producers?.States ?? [])
        {
            copy.EnsureProducers().Restore(producer.Copy());
        }

        return copy;
    }

    public byte[] Write(Offset segment)
    {
        var content = new List<byte>();
        Put(content, Epochs.Entries.Count);
        foreach (var (epoch, start) in Epochs.Entries)
        {
            Put(content, epoch.Value);
            Put(content, start.Value);
        }

        Put(content, Producers?.Count ?? 0);
        foreach (var producer in Producers?.States ?? [])
        {
            Put(content, producer.Id.Value);
            Put(content, (int)producer.Epoch.Value);
            Put(content, producer.LastTime.UnixMilliseconds);
            Put(content, producer.Batches.Count);
            foreach (var batch in producer.Batches)
            {
                Put(content, batch.First.Value);
                Put(content, batch.Records);
                Put(content, batch.BaseOffset.Value);
            }
        }

        // The state stands before the segment's first byte, so it holds for a segment of any length.
        return SidecarFormat.Write(SidecarFormat.State, segment, 0, content.ToArray());
    }

    /// <summary>Reads a state; null where the file is missing, not whole, or not that segment's.</summary>
    public static LogState? Read(byte[]? file, Offset segment)
    {
        if (!SidecarFormat.TryRead(file, SidecarFormat.State, segment, 0, out var content))
        {
            return null;
        }

        // The CRC held, so the counts are what Write put there.
        var state = new LogState();
        for (var left = TakeInt(ref content); left > 0; left--)
        {
            state.Epochs.Add(new(TakeInt(ref content)), new(TakeLong(ref content)));
        }

        for (var left = TakeInt(ref content); left > 0; left--)
        {
            state.EnsureProducers().Restore(TakeProducer(ref content));
        }

        return state;
    }

    private static ProducerState TakeProducer(ref ReadOnlySpan<byte> content)
    {
        var producer = new ProducerState(new(TakeLong(ref content)), new((short)TakeInt(ref content)));
        var time = new Timestamp(TakeLong(ref content));
        for (var left = TakeInt(ref content); left > 0; left--)
        {
            producer.Add(new(new(TakeInt(ref content)), TakeInt(ref content), new(TakeLong(ref content))), time);
        }

        return producer;
    }

    private static void Put(List<byte> to, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        to.AddRange(bytes);
    }

    private static void Put(List<byte> to, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        to.AddRange(bytes);
    }

    private static int TakeInt(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(from);
        from = from[4..];
        return value;
    }

    private static long TakeLong(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt64BigEndian(from);
        from = from[8..];
        return value;
    }
}
