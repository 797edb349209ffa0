using System.Globalization;
using OrleansQueue.Simulation.Runs;
using Xunit.Abstractions;

namespace OrleansQueue.Simulation.Tests;

/// <summary>Whole runs: the same each time, seeds that found something once, and some that nobody has run before.</summary>
public sealed class SeedTests(ITestOutputHelper output)
{
    private const int FreshSeeds = 60;

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(22)]
    [InlineData(38)]
    [InlineData(77)]
    public async Task The_same_seed_gives_the_same_trace(int seed)
    {
        var first = await Replay.RunAsync(Plan.Of(seed), keepsText: true);
        var second = await Replay.RunAsync(Plan.Of(seed), keepsText: true);
        Assert.Equal(first.Trace, second.Trace);
        Assert.Equal(first.Hash, second.Hash);
        Assert.NotEmpty(first.Trace);
    }

    [Fact]
    public async Task Other_seeds_give_other_traces()
    {
        var hashes = new HashSet<ulong>();
        for (var seed = 1; seed <= 20; seed++)
        {
            Assert.True(hashes.Add((await Replay.RunAsync(Plan.Of(seed))).Hash));
        }
    }

    [Theory]
    [MemberData(nameof(RegressionSeeds.BeforeQueues), MemberType = typeof(RegressionSeeds))]
    public Task A_seed_that_found_something_finds_it_no_more(int seed, string found) => PassesAsync(Plan.Of(seed) with { QueueGroups = 0 }, found);

    [Theory]
    [MemberData(nameof(RegressionSeeds.Queues), MemberType = typeof(RegressionSeeds))]
    public Task A_seed_that_found_something_in_queue_groups_finds_it_no_more(int seed, string found) => PassesAsync(Plan.Of(seed), found);

    private static async Task PassesAsync(Plan plan, string found)
    {
        var outcome = await Replay.RunAsync(plan);
        Assert.True(outcome.IsGood, $"Seed {plan.Seed} ({found}): {string.Join('\n', outcome.Problems)}");
    }

    [Fact]
    public void Fresh_seeds_pass()
    {
        // Drawn anew each time, so that seeds nobody has run are tried every day; they are printed, so that each can be replayed.
        var from = Random.Shared.Next(100_000, int.MaxValue - FreshSeeds);
        var told = string.Create(CultureInfo.InvariantCulture, $"Simulation seeds {from} to {from + FreshSeeds - 1}");
        output.WriteLine(told);
        Console.WriteLine(told);
        var campaign = new Campaign(from, FreshSeeds, longest: null, threads: 2);
        var failed = campaign.Run();
        output.WriteLine(campaign.Summary.Text(campaign.Took));
        Assert.True(failed is null, $"Seed {failed?.Plan.Seed} fails: {string.Join('\n', failed?.Problems ?? [])}");
    }
}
