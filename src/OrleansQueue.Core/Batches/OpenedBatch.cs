using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace OrleansQueue.Batches;

/// <summary>
/// A batch whose records can be walked: of an uncompressed batch its own bytes, of a gzip batch the opened bytes in memory
/// that dispose gives back.
/// </summary>
public readonly struct OpenedBatch : IDisposable
{
    private const int FirstGuess = 64 << 10;

    // The bytes that a gzip stream has before and behind its data.
    private const int AroundGzip = 10 + 8;

    private readonly byte[]? _pooled;
    private readonly ReadOnlyMemory<byte> _records;

    private OpenedBatch(in RecordBatchHeader header, ReadOnlyMemory<byte> records, byte[]? pooled)
    {
        Header = header;
        _records = records;
        _pooled = pooled;
    }

    /// <summary>The batch's header.</summary>
    public RecordBatchHeader Header { get; }

    /// <summary>The records' bytes, not compressed.</summary>
    public ReadOnlySpan<byte> Records => _records.Span;

    /// <summary>The records in order.</summary>
    public RecordReader GetRecords() => new(Header, Records);

    /// <summary>Opens one whole batch.</summary>
    /// <param name="batch">The bytes of the batch, no fewer and no more.</param>
    /// <param name="maxOpenedBytes">The most that its records may take once opened.</param>
    /// <exception cref="InvalidBatchException">The CRC does not match, the codec is unknown, or the records do not open within the limit.</exception>
    public static OpenedBatch Open(ReadOnlyMemory<byte> batch, int maxOpenedBytes)
    {
        OpenedBatch opened = default;
        var wrong = BatchEnvelope.Check(batch.Span, out var header) ?? TryOpen(header, batch, maxOpenedBytes, out opened);
        return wrong is null ? opened : throw new InvalidBatchException(wrong);
    }

    /// <summary>Opens a batch whose envelope was checked; returns why it does not open, or null.</summary>
    internal static Refusal? TryOpen(in RecordBatchHeader header, ReadOnlyMemory<byte> batch, int maxOpenedBytes, out OpenedBatch opened)
    {
        var stored = batch[RecordBatchHeader.Size..];
        opened = new(header, stored, null);
        switch (header.Attributes.Compression)
        {
            case BatchCompression.None:
                return null;
            case BatchCompression.Gzip:
                var wrong = Inflate(stored, maxOpenedBytes, out var pooled, out var length);
                opened = new(header, pooled.AsMemory(0, length), pooled);
                return wrong;
            default:
                return Refusal.Of("compression", (long)header.Attributes.Compression, "0 (none) or 1 (gzip)");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pooled is not null)
        {
            ArrayPool<byte>.Shared.Return(_pooled);
        }
    }

    private static Refusal? Inflate(ReadOnlyMemory<byte> stored, int limit, out byte[]? pooled, out int length)
    {
        length = 0;
        pooled = ArrayPool<byte>.Shared.Rent(Math.Min(limit + 1, Math.Max(FirstGuess, stored.Length * 4)));
        try
        {
            using var gzip = new GZipStream(AsStream(stored), CompressionMode.Decompress);
            for (var read = 1; read != 0; length += read)
            {
                if (length > limit)
                {
                    return GiveUp(ref pooled, ref length, Refusal.OfText("opened batch size", $"more than {limit} bytes", $"{limit} bytes"));
                }

                pooled = length < pooled.Length ? pooled : Grow(pooled, limit + 1);
                read = gzip.Read(pooled, length, pooled.Length - length);
            }

            return EndsWithSize(stored.Span, length)
                ? null
                : GiveUp(ref pooled, ref length, NotGzip("cut short or followed by other bytes"));
        }
        catch (InvalidDataException)
        {
            return GiveUp(ref pooled, ref length, NotGzip("damaged"));
        }
    }

    /// <summary>
    /// GZipStream takes a stream that ends early for a whole one and passes over what follows one. A stream's last four bytes
    /// are the size of what it holds, so that a cut or an addition shows there.
    /// </summary>
    private static bool EndsWithSize(ReadOnlySpan<byte> stored, int size) =>
        stored.Length >= AroundGzip && BinaryPrimitives.ReadInt32LittleEndian(stored[^sizeof(int)..]) == size;

    private static Refusal NotGzip(string what) => Refusal.OfText("gzip records", what, "one whole gzip stream (RFC 1952)");

    private static MemoryStream AsStream(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    private static byte[] Grow(byte[] full, int most)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(most, full.Length * 2L));
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    private static Refusal GiveUp(ref byte[]? pooled, ref int length, Refusal why)
    {
        ArrayPool<byte>.Shared.Return(pooled!);
        pooled = null;
        length = 0;
        return why;
    }
}
