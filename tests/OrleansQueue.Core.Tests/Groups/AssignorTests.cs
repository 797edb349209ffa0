using OrleansQueue.Groups;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>Everybody gets a fair share, and nothing moves that need not.</summary>
public sealed class AssignorTests
{
    private static readonly TopicId Topic = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    private static readonly TopicId Other = new(new Guid(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    [Fact]
    public void A_lone_member_gets_everything_and_nobody_gets_what_nobody_reads()
    {
        var partitions = Partitions(Topic, "a", 3).Concat(Partitions(Other, "b", 1)).ToList();

        var assigned = Assignor.Assign(partitions, [Reader("x", "a")]);

        Assert.Equal(["x", "x", "x", null], partitions.Select(partition => assigned[partition.Partition]));
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 3)]
    [InlineData(7, 2)]
    [InlineData(12, 5)]
    [InlineData(100, 7)]
    [InlineData(3, 8)]
    public void A_new_member_takes_its_share_and_no_more_moves_than_that(int partitions, int members)
    {
        var readers = Enumerable.Range(0, members).Select(number => Reader($"m{number}", "a")).ToList();
        var before = Assignor.Assign(Partitions(Topic, "a", partitions), readers);
        AssertFair(before, readers);

        readers.Add(Reader("new", "a"));
        var after = Assignor.Assign(Held(before), readers);

        AssertFair(after, readers);
        Assert.Equal(partitions / (members + 1), after.Count(pair => pair.Value != before[pair.Key]));
        Assert.All(after.Where(pair => pair.Value != before[pair.Key]), pair => Assert.Equal("new", pair.Value));
    }

    [Fact]
    public void Who_leaves_disturbs_nobody_who_stays()
    {
        var readers = Enumerable.Range(0, 4).Select(number => Reader($"m{number}", "a")).ToList();
        var before = Assignor.Assign(Partitions(Topic, "a", 16), readers);

        readers.RemoveAt(2);
        var after = Assignor.Assign(Held(before), readers);

        AssertFair(after, readers);
        Assert.All(before.Where(pair => pair.Value != "m2"), pair => Assert.Equal(pair.Value, after[pair.Key]));
    }

    [Fact]
    public void Only_who_has_most_gives()
    {
        var held = Partitions(Topic, "a", 9).Select((partition, number) => partition with { Holder = number < 6 ? "heavy" : "light" }).ToList();

        var assigned = Assignor.Assign(held, [Reader("heavy", "a"), Reader("light", "a"), Reader("new", "a")]);

        Assert.All(held.Where(partition => partition.Holder == "light"), partition => Assert.Equal("light", assigned[partition.Partition]));
        Assert.Equal(3, assigned.Count(pair => pair.Value == "new"));
    }

    [Fact]
    public void Members_that_read_different_topics_get_only_theirs_and_who_reads_both_takes_what_is_left()
    {
        var partitions = Partitions(Topic, "a", 4).Concat(Partitions(Other, "b", 4)).ToList();

        var assigned = Assignor.Assign(partitions, [Reader("x", "a"), Reader("y", "b"), Reader("z", "a", "b")]);

        var loads = assigned.CountBy(pair => pair.Value!).ToDictionary();
        Assert.All(loads.Values, load => Assert.InRange(load, 2, 3));
        Assert.All(partitions.Where(partition => partition.Topic == "a"), partition => Assert.NotEqual("y", assigned[partition.Partition]));
        Assert.All(partitions.Where(partition => partition.Topic == "b"), partition => Assert.NotEqual("x", assigned[partition.Partition]));
    }

    [Fact]
    public void Who_is_heavy_with_another_topic_does_not_keep_a_topic_from_being_shared()
    {
        var held = Partitions(Topic, "a", 3).Select(partition => partition with { Holder = "h" })
            .Concat(Partitions(Other, "b", 6).Select(partition => partition with { Holder = "k" })).ToList();

        var assigned = Assignor.Assign(held, [Reader("h", "a"), Reader("k", "a", "b"), Reader("l", "a")]);

        Assert.Equal(1, assigned.Count(pair => pair.Value == "l"));
        Assert.Equal(6, assigned.Count(pair => pair.Value == "k"));
    }

    [Fact]
    public void Any_history_of_joins_and_leaves_stays_fair_and_moves_only_what_it_must()
    {
        var random = new Random(7);
        var readers = new List<Member>();
        var assigned = Partitions(Topic, "a", 40).ToDictionary(partition => partition.Partition, _ => (string?)null);
        for (var step = 0; step < 500; step++)
        {
            var gone = readers.Count > 1 && random.Next(2) == 0 ? readers[random.Next(readers.Count)] : null;
            _ = gone is null ? AddTo(readers, Reader($"m{step}", "a")) : readers.Remove(gone);
            var before = assigned;
            assigned = Assignor.Assign(Held(before), readers);

            AssertFair(assigned, readers);
            var moved = assigned.Count(pair => before[pair.Key] != pair.Value);
            var must = gone is null ? 40 / readers.Count : before.Count(pair => pair.Value == gone.Id);
            Assert.True(readers.Count == 1 || moved <= must, $"{moved} moved, {must} had to");
        }
    }

    private static bool AddTo(List<Member> members, Member member)
    {
        members.Add(member);
        return true;
    }

    private static Member Reader(string id, params string[] topics) => new(id, new Generation(1), "", topics, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));

    private static List<Assignable> Partitions(TopicId topic, string name, int count) =>
        [.. Enumerable.Range(0, count).Select(number => new Assignable(new TopicPartition(topic, new Partition(number)), name, null))];

    private static List<Assignable> Held(Dictionary<TopicPartition, string?> assigned) =>
        [.. assigned.OrderBy(pair => pair.Key.Partition.Number).Select(pair => new Assignable(pair.Key, "a", pair.Value))];

    private static void AssertFair(Dictionary<TopicPartition, string?> assigned, IReadOnlyCollection<Member> readers)
    {
        var loads = readers.Select(reader => assigned.Count(pair => pair.Value == reader.Id)).ToList();
        Assert.InRange(loads.Max() - loads.Min(), 0, 1);
        Assert.Equal(assigned.Count, loads.Sum());
    }
}
