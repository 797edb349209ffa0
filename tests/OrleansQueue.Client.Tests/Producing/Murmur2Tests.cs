using System.Text;

namespace OrleansQueue.Client.Tests.Producing;

/// <summary>Keys have the partitions that Kafka's clients give them.</summary>
public sealed class Murmur2Tests
{
    // From UtilsTest.java of Apache Kafka.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void The_hash_is_Kafkas(string key, int hash) => Assert.Equal(hash, Murmur2.Hash(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("21", 10)]
    [InlineData("abc", 7)]
    [InlineData("", 3)]
    public void The_partition_is_the_hash_without_its_sign(string key, int partitions)
    {
        var bytes = Encoding.UTF8.GetBytes(key);

        Assert.Equal((Murmur2.Hash(bytes) & 0x7fffffff) % partitions, Murmur2.PartitionOf(bytes, partitions));
    }
}
