using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Runs;

/// <summary>What a run consists of. A seed decides all of it; shrinking a failure makes it less.</summary>
internal sealed record Plan
{
    public required int Seed { get; init; }

    /// <summary>Whether the silos share one store, or one silo has its files.</summary>
    public required bool IsShared { get; init; }

    public required int Silos { get; init; }

    /// <summary>How many partitions each topic has.</summary>
    public required IReadOnlyList<int> Topics { get; init; }

    public required int Producers { get; init; }

    /// <summary>How many batches each producer sends.</summary>
    public required int Batches { get; init; }

    public required int Readers { get; init; }

    public required int Groups { get; init; }

    /// <summary>How many members each group has.</summary>
    public required int Members { get; init; }

    /// <summary>How many groups lease their messages.</summary>
    public required int QueueGroups { get; init; }

    /// <summary>How many members each of these has.</summary>
    public required int QueueMembers { get; init; }

    /// <summary>Segments end before they grow past this many bytes.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>Commits up to this many bytes go through the write-ahead files.</summary>
    public required int WriteAheadMaxCommitBytes { get; init; }

    public required int WriteAheadFileBytes { get; init; }

    /// <summary>How much of the newest records a silo keeps in memory; little, so that readers reach the disk.</summary>
    public required int TailCacheBytes { get; init; }

    /// <summary>How long records stay; null for ever.</summary>
    public required TimeSpan? RetentionTime { get; init; }

    /// <summary>How long things go wrong before everything heals.</summary>
    public required TimeSpan TroubledTime { get; init; }

    /// <summary>What can go wrong.</summary>
    public required IReadOnlySet<FaultKind> Faults { get; init; }

    /// <summary>How often the nemesis acts.</summary>
    public required TimeSpan BetweenFaults { get; init; }

    public static Plan Of(int seed)
    {
        var dice = new Dice(seed, "plan");
        var isShared = dice.Chance(0.4);
        var queues = new Dice(seed, "queues");
        var faults = Enum.GetValues<FaultKind>().Where(_ => dice.Chance(0.6)).ToHashSet();
        return new Plan
        {
            Seed = seed,
            IsShared = isShared,
            Silos = isShared ? dice.Between(2, 3) : 1,
            Topics = [.. Enumerable.Range(0, dice.Between(1, 2)).Select(_ => dice.Between(1, 3))],
            Producers = dice.Between(1, 4),
            Batches = dice.Between(5, 40),
            Readers = dice.Between(0, 2),
            Groups = dice.Between(0, 2),
            Members = dice.Between(1, 3),
            QueueGroups = queues.Chance(0.4) ? queues.Between(1, 2) : 0,
            QueueMembers = queues.Between(1, 3),
            SegmentBytes = SegmentBytesOf(dice.Between(600, 6_000), new Dice(seed, "segments")),
            WriteAheadMaxCommitBytes = dice.Pick([0, 400, 1_500, 64 << 10]),
            WriteAheadFileBytes = dice.Pick([8 << 10, 16 << 10, 64 << 10]),
            TailCacheBytes = dice.Pick([0, 1_000, 64 << 10]),
            RetentionTime = dice.Chance(0.25) ? dice.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2)) : null,
            TroubledTime = dice.Between(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(3)),
            BetweenFaults = dice.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(10)),
            Faults = faults,
        };
    }

    /// <summary>Some plans have segments that hold hardly more than a batch, so that much of what happens meets a roll.</summary>
    private static int SegmentBytesOf(int usual, Dice dice) => dice.Chance(0.25) ? dice.Between(150, 600) : usual;

    public override string ToString() =>
        $"seed {Seed}, {(IsShared ? $"{Silos} silos on a shared store" : "1 silo on files")}, partitions {string.Join('+', Topics)}, {Producers} producers of {Batches} batches, "
        + $"{Readers} readers, {Groups} groups of {Members}, {QueueGroups} queue groups of {QueueMembers}, segments of {SegmentBytes}, write-ahead up to {WriteAheadMaxCommitBytes} in files of {WriteAheadFileBytes}, "
        + $"tail cache {TailCacheBytes}, retention {RetentionTime?.ToString() ?? "none"}, trouble for {TroubledTime} each {BetweenFaults}: {string.Join(' ', Faults)}";

    public bool Has(FaultKind kind) => Faults.Contains(kind);
}
