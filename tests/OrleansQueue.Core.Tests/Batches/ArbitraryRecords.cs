using FsCheck;
using FsCheck.Fluent;

namespace OrleansQueue.Core.Tests.Batches;

/// <summary>Random bytes and records for the property tests.</summary>
internal static class ArbitraryRecords
{
    private static readonly Gen<byte> AnyByte = Gen.Choose(0, 255).Select(b => (byte)b);

    private static readonly Gen<long> AnyLong = ArbMap.Default.GeneratorFor<long>();

    public static Gen<byte[]> Bytes { get; } = Gen.ArrayOf(AnyByte);

    /// <summary>Times near each other, anywhere, and the extremes.</summary>
    public static Gen<long> Timestamps { get; } = Gen.OneOf(
        Gen.Choose(-1_000, 1_000).Select(ms => (long)ms),
        AnyLong,
        Gen.Elements(long.MinValue, long.MinValue + 1, -1, 0, long.MaxValue - 1, long.MaxValue));

    public static Gen<TestRecord> Record { get; } =
        from timestamp in Timestamps
        from key in OrNull(Bytes)
        from value in OrNull(Bytes)
        from headers in Gen.ArrayOf(Header()).Resize(4)
        select new TestRecord(timestamp, key, value, headers);

    /// <summary>One to some dozens of records.</summary>
    public static Gen<TestRecord[]> Records { get; } = Gen.NonEmptyListOf(Record).Select(r => r.ToArray());

    private static Gen<TestHeader> Header() =>
        from name in Gen.OneOf(Bytes, Gen.Constant("again"u8.ToArray()))
        from value in OrNull(Bytes)
        select new TestHeader(name, value);

    private static Gen<byte[]?> OrNull(Gen<byte[]> bytes) =>
        Gen.Frequency((1, Gen.Constant<byte[]?>(null)), (4, bytes.Select(b => (byte[]?)b)));
}
