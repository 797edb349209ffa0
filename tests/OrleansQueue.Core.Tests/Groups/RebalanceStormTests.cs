using OrleansQueue.Broker;

namespace OrleansQueue.Core.Tests.Groups;

/// <summary>
/// Fifty members come, commit, hold on to what they should give up, fall silent and go, in an order that a seed decides, while the
/// group's owner dies now and then. Each partition has one reader at a time, and no position falls.
/// </summary>
public sealed class RebalanceStormTests
{
    private const int Members = 50;
    private const int Partitions = 24;
    private const int Steps = 1_500;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_partition_is_committed_by_two_and_no_position_falls(int seed)
    {
        var random = new Random(seed);
        var bench = await GroupBench.OpenAsync(Partitions);
        var members = new List<TestMember>();
        var committed = new Positions();
        var joined = 0;
        for (var step = 0; step < Steps; step++)
        {
            bench.Clock.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
            switch (random.Next(20))
            {
                case 0 when members.Count < Members:
                case 1 when members.Count < Members:
                    members.Add(await bench.JoinAsync($"member {step}"));
                    joined++;
                    break;
                case 2 when members.Count > 1:
                    var leaver = members[random.Next(members.Count)];
                    Assert.True(await bench.Group.LeaveAsync(leaver.Who));
                    members.Remove(leaver);
                    break;
                case 3 when members.Count > 1 && random.Next(4) == 0:
                    // Says nothing any more, and may still try to commit. An owner that is new gives it half a session more.
                    var silent = members[random.Next(members.Count)];
                    members.Remove(silent);
                    await KeepAliveAsync(bench, members, TimeSpan.FromSeconds(46));
                    await AssertRefusedAsync(silent);
                    break;
                case 4 when random.Next(10) == 0:
                    await bench.RestartAsync();
                    break;
                default:
                    await WorkAsync(members, random, committed);
                    break;
            }
        }

        Assert.True(joined > Members, $"Only {joined} members came.");
        await AssertSettlesAsync(bench, members, committed);
    }

    /// <summary>A member says that it is there, and commits one of the partitions that it believes to have.</summary>
    private static async Task WorkAsync(List<TestMember> members, Random random, Positions committed)
    {
        if (members.Count == 0)
        {
            return;
        }

        var member = members[random.Next(members.Count)];
        var had = member.Has;
        await member.BeatAsync(holdsOn: random.Next(5) == 0);
        committed.Believed.AddRange(had.Except(member.Has).Select(partition => (member, partition)));
        if (committed.Believed.Count != 0 && random.Next(3) == 0)
        {
            // It has not heard that the partition is another's by now, or does not mind.
            var (late, lost) = committed.Believed[random.Next(committed.Believed.Count)];
            await CommitAsync(late, lost, committed);
        }

        if (member.Has.Count != 0)
        {
            await CommitAsync(member, member.Has[random.Next(member.Has.Count)], committed);
        }
    }

    private static async Task CommitAsync(TestMember member, AssignedPartition partition, Positions committed)
    {
        var number = partition.Start.Partition.Number;
        var next = Math.Min(committed.Offsets[number] + 1, 100);
        Assert.True(partition.Start.Offset.Value <= committed.Offsets[number], $"{member.Who} begins at {partition.Start.Offset}, ahead of what is committed.");
        if (await member.CommitAsync(number, next, partition.Since) is CommitResult.Committed { Refusals.Count: 0 })
        {
            committed.Add(number, next, partition.Since, member);
        }
    }

    /// <summary>Time passes, while those who are left say every few seconds that they are there.</summary>
    private static async Task KeepAliveAsync(GroupBench bench, List<TestMember> members, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            foreach (var member in members)
            {
                await member.BeatAsync();
            }
        }
    }

    private static async Task AssertRefusedAsync(TestMember silent)
    {
        foreach (var number in silent.Numbers.ToList())
        {
            Assert.IsType<CommitResult.UnknownMember>(await silent.CommitAsync(number, 100));
        }
    }

    private static async Task AssertSettlesAsync(GroupBench bench, List<TestMember> members, Positions committed)
    {
        // Who held on to a partition never says that it let go; the group takes it when the time for that is over.
        await KeepAliveAsync(bench, members, TimeSpan.FromSeconds(40));
        Assert.Equal(Enumerable.Range(0, Partitions), members.SelectMany(member => member.Numbers).Order());
        var counts = members.Select(member => member.Has.Count).ToList();
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        var positions = (await bench.Group.DescribeAsync(default))!.Partitions.Select(partition => partition.Committed.Offset.Value);
        Assert.Equal(committed.Offsets, positions);
    }

    /// <summary>What was committed, and by whom last.</summary>
    private sealed class Positions
    {
        private readonly (Generation Since, TestMember? By)[] _last = new (Generation, TestMember?)[Partitions];

        /// <summary>Partitions that members had once, and may still believe to have.</summary>
        public List<(TestMember Member, AssignedPartition Partition)> Believed { get; } = [];

        public long[] Offsets { get; } = [.. Enumerable.Repeat(10L, Partitions)];

        /// <summary>A later reader has the partition since a later generation, so the one before it never commits again.</summary>
        public void Add(int number, long offset, Generation since, TestMember by)
        {
            var (last, owner) = _last[number];
            Assert.True(owner is null || since > last || (since == last && by == owner), $"Partition {number} was committed by two members at a time.");
            _last[number] = (since, by);
            Offsets[number] = offset;
        }
    }
}
