using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Storage;

namespace OrleansQueue.Core.Tests.Log;

public sealed class SidecarTests
{
    public static TheoryData<string> Wrongs => ["missing", "flipped", "short", "of another segment", "empty"];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Indexes_that_are_wrong_are_rebuilt_and_lead_to_the_same(string wrong)
    {
        var bench = await FilledAsync();
        var right = await ResultsAsync(bench);
        Assert.DoesNotContain(bench.Told.All, told => told.StartsWith("damaged", StringComparison.Ordinal));

        bench.Store.OnSidecar = (_, kind, file) => kind == Sidecar.State ? file : Spoil(wrong, file);
        await bench.OpenAsync();
        Assert.Equal(right, await ResultsAsync(bench));
    }

    [Fact]
    public async Task A_rebuilt_index_is_kept_for_the_next_time()
    {
        var bench = await FilledAsync();
        bench.Store.OnSidecar = (_, _, _) => null;
        await bench.OpenAsync();
        await bench.ReadAsync(0, 1);
        bench.Store.OnSidecar = null;
        await bench.OpenAsync();
        bench.Store.Reads.Clear();
        await bench.ReadAsync(0, 1);
        Assert.Equal([Offset.Zero], bench.Store.Reads);
    }

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Producers_and_epochs_are_found_without_the_state_files(string wrong)
    {
        var bench = await FilledAsync();
        bench.Store.OnSidecar = (_, kind, file) => kind != Sidecar.State ? file : Spoil(wrong, file);
        await bench.OpenAsync();
        Assert.Equal(new ProduceResult.Duplicate(new Offset(0), Durability.Fsync), await bench.AppendAsync(LogBench.Produced(0)));
        Assert.Equal(new ProduceResult.Duplicate(new Offset(1), Durability.Fsync), await bench.AppendAsync(LogBench.Produced(0, producer: 2)));
        Assert.IsType<ProduceResult.Appended>(await bench.AppendAsync(LogBench.Produced(1, producer: 2)));
        Assert.Null(bench.FindDivergence(new(0), new(2)));
        Assert.Equal(new Offset(3), bench.FindDivergence(new(0), new(4)));
    }

    [Fact]
    public async Task Opening_reads_the_last_segment_only()
    {
        var bench = await FilledAsync();
        bench.Store.Reads.Clear();
        await bench.OpenAsync();
        Assert.Empty(bench.Store.Reads);
        Assert.Equal(new ProduceResult.Duplicate(new Offset(0), Durability.Fsync), await bench.AppendAsync(LogBench.Produced(0)));
        Assert.Empty(bench.Store.Reads);
    }

    [Fact]
    public async Task One_missing_state_file_costs_one_more_segment()
    {
        var bench = await FilledAsync();
        var missing = new List<Offset>();
        bench.Store.OnSidecar = (segment, kind, file) =>
        {
            if (kind != Sidecar.State)
            {
                return file;
            }

            missing.Add(segment);
            return missing.Count == 1 ? null : file;
        };
        bench.Store.Reads.Clear();
        await bench.OpenAsync();
        Assert.Equal(2, missing.Count);
        Assert.Equal([missing[1]], bench.Store.Reads.Distinct());
        Assert.Equal(new ProduceResult.Duplicate(new Offset(0), Durability.Fsync), await bench.AppendAsync(LogBench.Produced(0)));
    }

    [Fact]
    public async Task Damage_met_while_producers_are_rebuilt_closes_the_door_but_not_the_reading()
    {
        var bench = await FilledAsync();
        bench.Store.OnSidecar = (_, kind, file) => kind == Sidecar.State ? null : file;
        bench.Store.Spoil = (segment, position, bytes) => bytes.Span[^1] ^= segment == Offset.Zero && position == 0 ? (byte)1 : (byte)0;
        await bench.OpenAsync();
        bench.Store.Spoil = null;
        Assert.NotNull(bench.Log.Damage);
        await Assert.ThrowsAsync<LogDamagedException>(() => bench.AppendAsync(BatchMaker.Of("no")));
        Assert.Equal(bench.Log.Offsets.HighWatermark.Value, (await bench.ReadAllAsync()).Count);
        Assert.Single(bench.Told.All, told => told.StartsWith("damaged", StringComparison.Ordinal));
    }

    [Fact]
    public Task Damage_met_when_the_log_opens_itself_again_is_not_appended_to() => OneScheduler.RunAsync(async () =>
    {
        var bench = await FilledAsync();
        await bench.FailAppendAsync();
        bench.Store.OnSidecar = (_, kind, file) => kind == Sidecar.State ? null : file;
        bench.Store.Spoil = (segment, position, bytes) => bytes.Span[^1] ^= segment == Offset.Zero && position == 0 ? (byte)1 : (byte)0;
        var appends = bench.Store.Appends.Count;
        await Assert.ThrowsAsync<LogDamagedException>(() => bench.AppendAsync(BatchMaker.Of("no")));
        Assert.Equal(appends, bench.Store.Appends.Count);
    });

    // Two producers at the front, three epochs, and some segments behind them.
    private static async Task<LogBench> FilledAsync()
    {
        var bench = await LogBench.OpenAsync(options => options with { TailCacheBytes = 0 });
        await bench.AppendAsync(LogBench.Produced(0));
        await bench.AppendAsync(LogBench.Produced(0, producer: 2));
        await bench.AppendSomeAsync();
        for (var i = 0; i < 60; i++)
        {
            if (i is 0 or 30)
            {
                await bench.OpenAsync();
            }

            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await bench.AppendSomeAsync(2);
        }

        return bench;
    }

    /// <summary>Reads from every offset and finds every time.</summary>
    private static async Task<List<string>> ResultsAsync(LogBench bench)
    {
        var results = new List<string>();
        for (long from = 0; from < bench.Log.Offsets.HighWatermark.Value; from++)
        {
            var read = await bench.ReadAsync(from, 500);
            results.Add($"{from}: {string.Join(' ', BatchMaker.Read(read.Parts))}");
        }

        var end = Timestamp.Now(bench.Clock);
        for (var second = -1; second < 62; second++)
        {
            results.Add($"-{second} s: {await bench.Log.FindTimeAsync(end.Plus(TimeSpan.FromSeconds(-second)), CancellationToken.None)}");
        }

        return results;
    }

    private static byte[]? Spoil(string wrong, byte[]? file) => (wrong, file) switch
    {
        (_, null) or ("missing", _) => null,
        ("flipped", _) => [.. file[..^1], (byte)(file[^1] ^ 1)],
        ("short", _) => file[..^1],
        ("empty", _) => [],
        _ => [.. file[..15], (byte)(file[15] ^ 1), .. file[16..]],
    };
}
