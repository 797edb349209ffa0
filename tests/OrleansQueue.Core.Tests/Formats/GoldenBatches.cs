using OrleansQueue.Core.Tests.Batches;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>
/// The batches whose bytes are checked in beside this file, and what they hold. The files are never made again: they stand
/// for the logs that are already stored somewhere. A change of the format adds files.
/// </summary>
internal static class GoldenBatches
{
    public const string Plain = "batch-plain.bin";
    public const string Gzip = "batch-gzip.bin";
    public const string Stamped = "batch-stamped.bin";
    public const string Idempotent = "batch-idempotent.bin";

    public static readonly Offset StampedOffset = new(1_234_567_890_123);
    public static readonly Epoch StampedEpoch = new(42);
    public static readonly Timestamp StampedTime = new(1_750_000_000_999);

    /// <summary>Id, epoch and a first sequence whose batch wraps round behind the largest.</summary>
    public static readonly ProducerStamp Producer = new(new(9_007_199_254_740_993), new(3), new(int.MaxValue - 1));

    /// <summary>The records of all four, one of each kind.</summary>
    public static TestRecord[] Records { get; } =
    [
        new(1_750_000_000_000, "customer-1", "created", new TestHeader("oq-type", "order"), new TestHeader("traceparent", "00-ab-cd-01")),
        new(1_750_000_000_250, null, "no key"),
        new(1_749_999_999_000, "customer-2", null, new TestHeader("tombstone", null)),
        new(1_750_000_000_001, "", ""),
        new(1_750_000_000_002, [0x00, 0xC3, 0x28, 0xFF], [0xFE], new("same", "1"), new("same", ""), new TestHeader([0xFF], [0x80])),
        new(-62_135_596_800_000, "customer-3", new string('x', 200)),
    ];

    public static byte[] Load(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Formats", name));
}
