using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Tests;

/// <summary>The one structure of the checker that is more than a loop.</summary>
public sealed class KnownLogTests
{
    [Theory]
    [InlineData(1, 40, 200)]
    [InlineData(2, 5_000, 20_000)]
    [InlineData(3, 20_000, 6_000)]
    public void It_holds_each_pair_once_with_its_first_poll_whatever_the_order(int seed, int offsets, int polls)
    {
        Random random = new(seed);
        KnownLog log = new();
        Dictionary<(long Offset, long Value), long> expected = [];
        for (int sequence = 0; sequence < polls; sequence++)
        {
            (long Offset, long Value) pair = (random.Next(offsets), random.Next(2));
            expected.TryAdd(pair, sequence);
            log.Add(new KnownRecord(pair.Offset, pair.Value, sequence));
        }

        log.Seal();

        Assert.Equal(
            expected.OrderBy(pair => pair.Key).Select(pair => new KnownRecord(pair.Key.Offset, pair.Key.Value, pair.Value)),
            log.Records.ToArray());
        Assert.All(log.Records.ToArray(), (record, index) => Assert.Equal(index, log.IndexOf(record.Offset, record.Value)));
        Assert.Equal(-1, log.IndexOf(offsets, 0));
        Assert.Equal(log.Count, log.FirstFrom(offsets));
    }
}
