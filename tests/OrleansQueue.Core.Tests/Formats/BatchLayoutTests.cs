using OrleansQueue.Core.Tests.Batches;

namespace OrleansQueue.Core.Tests.Formats;

/// <summary>One batch written by hand after Kafka's published description, its CRC computed by another program.</summary>
public sealed class BatchLayoutTests
{
    private const string ByHand =
        "0000000000000000" + // base offset
        "0000004A" + // length: the 74 bytes that follow
        "FFFFFFFF" + // epoch: -1
        "02" + // magic
        "E552D973" + // CRC-32C of all that follows
        "0000" + // attributes: not compressed, producer's timestamps
        "00000001" + // last offset delta
        "0000018BCFE56800" + // base timestamp: 1,700,000,000,000
        "0000018BCFE56805" + // max timestamp: 5 ms later
        "FFFFFFFFFFFFFFFF" + // producer id: -1
        "FFFF" + // producer epoch: -1
        "FFFFFFFF" + // base sequence: -1
        "00000002" + // record count
        "22" + // first record, length 17
        "00" + // its attributes
        "00" + // timestamp delta 0
        "00" + // offset delta 0
        "06" + "6B6579" + // key of 3 bytes: key
        "0A" + "76616C7565" + // value of 5 bytes: value
        "02" + // 1 header
        "02" + "6E" + // name of 1 byte: n
        "01" + // value null
        "0C" + // second record, length 6
        "00" + // its attributes
        "0A" + // timestamp delta 5
        "02" + // offset delta 1
        "01" + // key null
        "01" + // value null
        "00"; // no headers

    private static readonly TestRecord[] Records =
    [
        new(1_700_000_000_000, "key", "value", new TestHeader("n", null)),
        new(1_700_000_000_005, (byte[]?)null, null),
    ];

    [Fact]
    public void Batch_written_by_hand_is_read() => Assert.Equal(Records, TestBatch.Read(Convert.FromHexString(ByHand)));

    [Fact]
    public void Builder_writes_the_same_bytes_as_the_hand() => Assert.Equal(ByHand, Convert.ToHexString(TestBatch.Build(Records)));
}
