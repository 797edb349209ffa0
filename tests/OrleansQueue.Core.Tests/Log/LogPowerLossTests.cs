using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;

namespace OrleansQueue.Core.Tests.Log;

/// <summary>
/// Idempotent producers publish through several segments while retention runs, and the power goes at every change of the
/// disk that the run makes. What was acknowledged must be there, once, whatever else came back.
/// </summary>
public sealed class LogPowerLossTests
{
    private const int Rounds = 10;
    private const int Producers = 3;
    private const int Seeds = 3;

    private static readonly Retention Kept = new(null, 1_500);

    [Theory]
    [InlineData(64 << 10)]
    [InlineData(0)]
    public Task Whatever_was_acknowledged_is_there_once_and_retries_are_not_stored_again(int writeAheadMaxCommitBytes) => OneScheduler.RunAsync(async () =>
    {
        var whole = new ForgetfulDisk();
        var everything = await RunAsync(whole, writeAheadMaxCommitBytes);
        Assert.Equal(Rounds * Producers, everything.Acknowledged.Count);
        Assert.NotEqual(Offset.Zero, everything.LogStart);
        Assert.Equal(Rounds * 2, everything.Commits);
        for (var cut = 0; cut < whole.Changes; cut++)
        {
            var disk = new ForgetfulDisk();
            disk.CutPowerAfter(cut);
            var before = await RunAsync(disk, writeAheadMaxCommitBytes);
            for (var seed = 0; seed < Seeds; seed++)
            {
                await AssertRecoversAsync(disk.Restart(seed), before, writeAheadMaxCommitBytes, $"cut after {cut}, seed {seed}");
            }
        }
    });

    private static async Task AssertRecoversAsync(ForgetfulDisk disk, Outcome before, int writeAheadMaxCommitBytes, string when)
    {
        var bench = await OpenAsync(disk, writeAheadMaxCommitBytes);
        var start = bench.Log.Offsets.LogStart.Value;
        Assert.True(bench.Log.Damage is null, $"{when}: {bench.Log.Damage?.Message}");

        // Retention may have got further than its owner heard of, but never past what it was allowed to delete.
        var found = (await bench.ReadAllAsync(start)).ToDictionary(record => record.Offset, record => record.Value);
        foreach (var (value, offset) in before.Acknowledged.Where(batch => batch.Value >= start))
        {
            Assert.True(found.GetValueOrDefault(offset) == value, $"{when}: {value} was acknowledged at {offset}, where {found.GetValueOrDefault(offset)} is.");
        }

        Assert.True(start <= before.MayStartAt.Value, $"{when}: the log starts at {start}; {before.MayStartAt} was deleted at most.");
        foreach (var producer in Enumerable.Range(1, Producers))
        {
            await RetryAsync(bench, before, producer, when);
        }

        var all = await bench.ReadAllAsync(start);
        Assert.Equal(all.Count, all.Select(record => record.Value).Distinct().Count());
        await bench.Log.DisposeAsync();
    }

    /// <summary>The producer sends its last acknowledged batches and the unresolved one again, then goes on.</summary>
    private static async Task RetryAsync(LogBench bench, Outcome before, int producer, string when)
    {
        var acknowledged = before.Acknowledged.Keys.Count(value => value.StartsWith($"{producer}/", StringComparison.Ordinal));
        for (var first = Math.Max(0, acknowledged - ProducerTable.BatchesKept); first < acknowledged; first++)
        {
            var again = await bench.AppendAsync(LogBench.Produced(first, producer: producer));
            var duplicate = Assert.IsType<ProduceResult.Duplicate>(again);
            var stored = before.Acknowledged[$"{producer}/0/{first}"];

            // Where a batch that was not acknowledged survived, the first of the five is forgotten by now.
            Assert.True((duplicate.BaseOffset?.Value ?? stored) == stored, $"{when}: {again} for {stored}");
        }

        var unresolved = await bench.AppendAsync(LogBench.Produced(acknowledged, producer: producer));
        Assert.True(unresolved is ProduceResult.Appended or ProduceResult.Duplicate { BaseOffset: not null }, $"{when}: {unresolved}");
        Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(acknowledged + 1, producer: producer)));
    }

    /// <summary>Publishes until the power goes.</summary>
    private static async Task<Outcome> RunAsync(ForgetfulDisk disk, int writeAheadMaxCommitBytes)
    {
        var outcome = new Outcome();
        try
        {
            var bench = await OpenAsync(disk, writeAheadMaxCommitBytes);
            bench.Store.OnAppend = async () => await Task.Yield();
            for (var round = 0; round < Rounds; round++)
            {
                // The first producer's batch is written alone, and those of the others together.
                var appends = Enumerable.Range(1, Producers).Select(producer => (producer, bench.AppendAsync(LogBench.Produced(round, producer: producer)))).ToList();
                foreach (var (producer, append) in appends)
                {
                    outcome.Acknowledged[$"{producer}/0/{round}"] = Assert.IsType<ProduceResult.Appended>(await append).BaseOffset.Value;
                }

                outcome.MayStartAt = bench.Log.Offsets.HighWatermark;
                await bench.Log.ApplyRetentionAsync(Kept, null, CancellationToken.None);
                outcome.MayStartAt = outcome.LogStart = bench.Log.Offsets.LogStart;
            }

            outcome.Commits = bench.Store.Appends.Count;
            await bench.Log.DisposeAsync();
            await bench.Store.DisposeAsync();
        }
        catch (IOException)
        {
        }

        return outcome;
    }

    private static async Task<LogBench> OpenAsync(ForgetfulDisk disk, int writeAheadMaxCommitBytes)
    {
        var options = FileStores.Options(writeAheadFileBytes: 4 << 10) with { WriteAheadMaxCommitBytes = writeAheadMaxCommitBytes };
        return await LogBench.OpenAsync(log => log with { SegmentBytes = 500, TailCacheBytes = 0 }, await FileStores.OpenAsync(disk, options));
    }

    private sealed class Outcome
    {
        /// <summary>The acknowledged values and their offsets.</summary>
        public Dictionary<string, long> Acknowledged { get; } = [];

        public Offset LogStart { get; set; }

        public int Commits { get; set; }

        /// <summary>The largest start that retention may have reached when the power went.</summary>
        public Offset MayStartAt { get; set; }
    }
}
