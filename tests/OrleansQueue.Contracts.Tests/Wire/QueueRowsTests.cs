using OrleansQueue.Broker;
using OrleansQueue.Contracts.Wire.Queues;

namespace OrleansQueue.Contracts.Tests.Wire;

/// <summary>Rows of queue groups arrive as they were packed, whatever their numbers are, and take three bytes where they lie one behind the other.</summary>
public sealed class QueueRowsTests
{
    private const int Rounds = 500;

    private static readonly long[] Extremes = [0, 1, -1, 63, 64, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, long.MaxValue - 1, long.MinValue + 1];

    private static readonly string?[] Texts = [null, "", "rejected", "IOException: gone", "é😀", new string('x', Settlement.MaxTextLength)];

    private static readonly LeaseId Lease = new(new Epoch(42), 1_234_567_890_123);

    [Fact]
    public void Settlements_of_any_numbers_arrive() => Always(random => Settlements(random), QueueRows.Of, QueueRows.ToSettlements);

    [Fact]
    public void Leased_ranges_of_any_numbers_arrive() => Always(
        random => Some(random, () => new LeasedRange(new Offset(Number(random)), new Offset(Number(random)), (int)Number(random))), QueueRows.Of, QueueRows.ToSelection);

    [Fact]
    public void Refusals_of_any_numbers_arrive() => Always(random => Some(random, () => new SettleRefusal(LeaseOf(random), Range(random))), QueueRows.Of, QueueRows.ToRefusals);

    [Fact]
    public void Ranges_of_any_numbers_arrive() => Always(random => Some(random, () => Range(random)), QueueRows.Of, QueueRows.ToRanges);

    [Fact]
    public void Ready_partitions_of_any_numbers_arrive() => Always(
        random => Some(random, () => new ReadyPartition(new(new TopicId(new Guid(random.Next(2), 0, 0, new byte[8])), new Partition((int)Number(random))), (int)Number(random))),
        QueueRows.Of,
        QueueRows.ToReady);

    [Fact]
    public void Settlement_of_a_kind_that_is_not_known_arrives_to_be_refused()
    {
        SettlementKind[] kinds = [(SettlementKind)(-1), (SettlementKind)99, (SettlementKind)int.MaxValue, (SettlementKind)int.MinValue];

        Assert.Equal(kinds, QueueRows.ToSettlements(QueueRows.Of(kinds.Select(kind => new Settlement(Lease, new(Offset.Zero, new Offset(1)), kind)).ToList())).Select(row => row.Kind));
    }

    [Fact]
    public void Messages_that_are_settled_one_by_one_take_three_bytes_each()
    {
        var settlements = Enumerable.Range(0, Settlement.MostAtOnce)
            .Select(i => new Settlement(Lease, new(new Offset(1_000_000_000 + (2 * i)), new Offset(1_000_000_001 + (2 * i))), SettlementKind.Complete)).ToList();

        var rows = QueueRows.Of(settlements);

        Assert.InRange(rows.Length, 0, (3 * settlements.Count) + 32);
        Assert.Equal(settlements, QueueRows.ToSettlements(rows));
    }

    [Fact]
    public void Ranges_that_were_delivered_twice_take_three_bytes_each()
    {
        var ranges = Enumerable.Range(0, LeaseRequest.MostMessages).Select(i => new LeasedRange(new Offset(1_000_000_000 + (2 * i)), new Offset(1_000_000_001 + (2 * i)), 2)).ToList();

        Assert.InRange(QueueRows.Of(ranges).Length, 0, (3 * ranges.Count) + 32);
    }

    [Fact]
    public void Same_error_of_many_messages_travels_once()
    {
        var error = new string('e', Settlement.MaxTextLength);
        var settlements = Enumerable.Range(0, 500).Select(i => new Settlement(Lease, new(new Offset(i), new Offset(i + 1)), SettlementKind.Abandon) { Error = error }).ToList();

        Assert.InRange(QueueRows.Of(settlements).Length, error.Length, error.Length + (5 * settlements.Count));
        Assert.All(QueueRows.ToSettlements(QueueRows.Of(settlements)), row => Assert.Equal(error, row.Error));
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(1001, 1000)]
    [InlineData(999, 999)]
    public void No_more_of_a_text_travels_than_is_kept(int before, int kept)
    {
        // The last two characters that are kept, or the first that is not, are one: its halves stay together or go together.
        var plain = Arrived(new string('x', before + 5));
        var paired = Arrived(new string('x', before - 1) + "😀" + "yyyyy");

        Assert.Equal(new string('x', 1000), plain.Reason);
        Assert.Equal(plain.Reason, plain.Error);
        Assert.Equal(before == 999 ? new string('x', 998) + "😀" : new string('x', Math.Min(before - 1, kept)), paired.Reason);

        static Settlement Arrived(string text) => QueueRows.ToSettlements(
            QueueRows.Of([new Settlement(Lease, new(Offset.Zero, new Offset(1)), SettlementKind.DeadLetter) { Reason = text, Error = text }])).Single();
    }

    [Fact]
    public void Rows_that_are_cut_or_changed_are_damage_or_other_rows_and_nothing_worse()
    {
        var rows = QueueRows.Of(Settlements(new Random(7), count: 20));
        for (var length = 0; length < rows.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => QueueRows.ToSettlements(rows[..length]));
        }

        for (var i = 0; i < rows.Length * 8; i++)
        {
            var spoiled = (byte[])rows.Clone();
            spoiled[i / 8] ^= (byte)(1 << (i % 8));
            Assert.True(Record.Exception(() => QueueRows.ToSettlements(spoiled)) is null or InvalidDataException);
        }

        Assert.Throws<InvalidDataException>(() => QueueRows.ToSettlements([.. rows, 0]));
        Assert.Throws<InvalidDataException>(() => QueueRows.ToSettlements(null));
    }

    private static void Always<T>(Func<Random, IReadOnlyList<T>> make, Func<IReadOnlyList<T>, byte[]> pack, Func<byte[], T[]> unpack)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var rows = make(new Random(seed));
            var arrived = unpack(pack(rows));
            Assert.True(rows.SequenceEqual(arrived), $"Seed {seed}: {string.Join(' ', rows)} arrived as {string.Join(' ', arrived)}.");
        }
    }

    private static List<Settlement> Settlements(Random random, int? count = null) => Some(
        random,
        () => new Settlement(LeaseOf(random), Range(random), (SettlementKind)random.Next(5))
        {
            Time = random.Next(2) == 0 ? null : new TimeSpan(Number(random)),
            Reason = Texts[random.Next(Texts.Length)],
            Error = Texts[random.Next(Texts.Length)],
        },
        count);

    private static List<T> Some<T>(Random random, Func<T> make, int? count = null) => [.. Enumerable.Range(0, count ?? random.Next(6)).Select(_ => make())];

    private static OffsetRange Range(Random random) => new(new Offset(Number(random)), new Offset(Number(random)));

    // Few different ones, so that some rows are under the lease of the row before; the first may be that of no row.
    private static LeaseId LeaseOf(Random random) => random.Next(3) == 0 ? default : new(new Epoch((int)Number(random)), random.Next(2) == 0 ? 0 : Number(random));

    private static long Number(Random random) => random.Next(3) switch
    {
        0 => Extremes[random.Next(Extremes.Length)],
        1 => random.Next(100),
        _ => random.NextInt64(long.MinValue, long.MaxValue),
    };
}
