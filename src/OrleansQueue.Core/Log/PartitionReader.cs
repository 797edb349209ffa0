using OrleansQueue.Batches;
using OrleansQueue.Storage;

namespace OrleansQueue.Log;

/// <summary>Reads batches from a log's segments. What it returns is checked again: length, CRC, and that batches follow each other.</summary>
internal sealed class PartitionReader(OpenedLog opened)
{
    // A read shorter than this is not cheaper, and most batches fit.
    private const int LeastRead = 64 << 10;

    /// <summary>Reads from the batch that holds <paramref name="from"/>, which the log holds.</summary>
    public async ValueTask<LogRead> ReadAsync(Offset from, int maxBytes, CancellationToken cancellationToken)
    {
        var segment = opened.Segments[opened.Segments.IndexOf(from)];
        var indexes = await opened.Segments.IndexesOfAsync(segment, cancellationToken);
        var start = indexes.Offsets.Find(from);
        var window = new ReadWindow(opened, segment, start, indexes.Offsets.OffsetAt(start));
        await window.FillAsync(Math.Max(maxBytes, LeastRead), RecordBatchHeader.Size, cancellationToken);
        while (await window.LoadBatchAsync(cancellationToken) is { } header)
        {
            if (header.NextOffset > from)
            {
                return await GatherAsync(window, maxBytes, cancellationToken);
            }

            window.Skip(header);
        }

        throw window.Damage(from, "the segment ends before that offset");
    }

    /// <summary>The first record that is as late as <paramref name="time"/>, or null.</summary>
    public async ValueTask<Offset?> FindTimeAsync(Timestamp time, int maxOpenedBytes, CancellationToken cancellationToken)
    {
        // Retention may take segments away during the search, so it goes by offsets and not by places in the list.
        for (var from = Offset.Zero; opened.Segments.From(from) is { } segment; from = segment.FirstOffset.Plus(1))
        {
            var indexes = await opened.Segments.IndexesOfAsync(segment, cancellationToken);
            if (segment.Length == 0 || indexes.Times.Latest < time)
            {
                continue;
            }

            var start = indexes.Times.Find(time);
            var window = new ReadWindow(opened, segment, start, indexes.Offsets.OffsetAt(start));
            await window.FillAsync(LeastRead, RecordBatchHeader.Size, cancellationToken);
            while (await window.LoadBatchAsync(cancellationToken) is { } header)
            {
                // A batch is passed over only for a time that its CRC vouches for.
                window.Verify(header);
                if (header.MaxTimestamp >= time)
                {
                    return FindInBatch(window.Batch(header), header, time, maxOpenedBytes);
                }

                window.Skip(header);
            }
        }

        return null;
    }

    private static async ValueTask<LogRead> GatherAsync(ReadWindow window, int maxBytes, CancellationToken cancellationToken)
    {
        var start = window.Position;
        var next = Offset.Zero;
        long length = 0;
        try
        {
            while (await window.LoadBatchAsync(cancellationToken, onlyBuffered: length != 0) is { } header
                && (length == 0 || length + header.SizeInBytes <= maxBytes))
            {
                window.Verify(header);
                length += header.SizeInBytes;
                next = header.NextOffset;
                window.Skip(header);
            }
        }
        catch (LogDamagedException) when (length != 0)
        {
            // What lies before the bad place is served; the read that begins there is told.
        }

        return new LogRead(LogReadKind.Batches, [window.Slice(start, (int)length)], next);
    }

    private static Offset FindInBatch(ReadOnlyMemory<byte> batch, in RecordBatchHeader header, Timestamp time, int maxOpenedBytes)
    {
        // All records of a batch share the time of their append; records in a codec that is not ours count as one.
        if (header.Attributes.TimestampKind == TimestampKind.Append || header.Attributes.Compression > BatchCompression.Gzip)
        {
            return header.BaseOffset;
        }

        using var records = OpenedBatch.Open(batch, maxOpenedBytes);
        var reader = records.GetRecords();
        while (reader.MoveNext())
        {
            if (reader.Current.Timestamp >= time)
            {
                return reader.Current.Offset;
            }
        }

        return header.BaseOffset;
    }
}
