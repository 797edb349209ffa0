using System.Buffers.Binary;
using System.Text;
using OrleansQueue.Batches;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>Numbers as messages. The bytes behind a number follow from it, so that a record served wrong shows.</summary>
internal static class Messages
{
    private const int NumberBytes = 8;
    private const int MostPadding = 900;
    private const int MostKeys = 5;
    private const int Tenants = 3;

    /// <summary>The header that says whose a number is, where numbers have keys.</summary>
    public const string TenantHeader = "tenant";

    public static ReadOnlyMemory<byte> Batch(ProducerStamp stamp, IReadOnlyList<long> values, Timestamp now, bool isKeyed = false)
    {
        var builder = new RecordBatchBuilder(256);
        Span<byte> value = stackalloc byte[NumberBytes + MostPadding];
        foreach (var number in values)
        {
            BinaryPrimitives.WriteInt64BigEndian(value, number);
            var padding = PaddingOf(number);
            value.Slice(NumberBytes, padding).Fill((byte)number);
            builder.Append(
                now,
                isKeyed && KeyOf(number) is { } key ? Encoding.UTF8.GetBytes(key) : NullableBytes.Null,
                value[..(NumberBytes + padding)],
                isKeyed && number % (Tenants + 1) != 0 ? [new RecordHeader(Encoding.UTF8.GetBytes(TenantHeader), new byte[] { (byte)(number % (Tenants + 1)) })] : []);
        }

        return builder.Build(stamp);
    }

    /// <summary>The key of a number where numbers have keys: one of a few, so that many share theirs, or null.</summary>
    public static string? KeyOf(long number) => new Dice((ulong)number ^ 0x9E3779B9).Below(MostKeys + 1) is var key && key < MostKeys ? $"key{key}" : null;

    /// <summary>The numbers of fetched batches with their offsets, as far as they are selected; null where a record is not as it was sent.</summary>
    public static List<(long Offset, long Value)>? Read(IReadOnlyList<ReadOnlyMemory<byte>> parts, IReadOnlyList<OrleansQueue.Broker.OffsetRange> selection)
    {
        var bytes = parts.Count == 1 ? parts[0] : Join(parts);
        var found = new List<(long, long)>();
        while (!bytes.IsEmpty)
        {
            var size = (int)RecordBatchHeader.Read(bytes.Span).SizeInBytes;
            using var batch = OpenedBatch.Open(bytes[..size], 16 << 20);
            var records = batch.GetRecords();
            while (records.MoveNext())
            {
                var offset = records.Current.Offset;
                if (!selection.Any(range => range.Contains(offset)))
                {
                    continue;
                }

                if (NumberOf(records.Current.Value.Span) is not { } number)
                {
                    return null;
                }

                found.Add((offset.Value, number));
            }

            bytes = bytes[size..];
        }

        return found;
    }

    /// <summary>The number that a message is; null where it is not as it was sent.</summary>
    public static long? NumberOf(ReadOnlySpan<byte> value)
    {
        var number = value.Length < NumberBytes ? -1 : BinaryPrimitives.ReadInt64BigEndian(value);
        return number >= 0 && value.Length == NumberBytes + PaddingOf(number) && value[NumberBytes..].IndexOfAnyExcept((byte)number) < 0 ? number : null;
    }

    /// <summary>Most messages are small; some are as large as a few segments' worth of sectors.</summary>
    private static int PaddingOf(long number)
    {
        var drawn = new Dice((ulong)number).Draw();
        return (int)(drawn % 8 == 0 ? drawn / 8 % MostPadding : drawn / 8 % 60);
    }

    /// <summary>The parts in one piece.</summary>
    public static byte[] Join(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var bytes = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(bytes.AsMemory(at));
            at += part.Length;
        }

        return bytes;
    }
}
