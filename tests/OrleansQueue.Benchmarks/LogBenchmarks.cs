using BenchmarkDotNet.Attributes;
using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Benchmarks;

/// <summary>Appending and reading batches of 1,000 records of 100 bytes, on a store that keeps nothing, so that only the log itself counts.</summary>
public class LogBenchmarks
{
    private ReadOnlyMemory<byte> _batch;
    private PartitionLog _log = null!;
    private Offset _last;

    /// <summary>Opens the log.</summary>
    [GlobalSetup]
    public async Task Setup()
    {
        var benchmarks = new BatchBenchmarks();
        _batch = benchmarks.Encode();
        var options = new PartitionLogOptions { Log = LogId.Parse("benchmark"), SegmentBytes = StoreLimits.MaxSegmentBytes };
        _log = await PartitionLog.OpenAsync(new NullLogStore(), options, TimeProvider.System, NoLogEvents.Instance, CancellationToken.None);
        await Append();
    }

    /// <summary>Takes a batch through the door to its acknowledgement.</summary>
    [Benchmark]
    [AllocationBudget(2_048)]
    public async Task Append()
    {
        if (await _log.AppendAsync(_batch) is ProduceResult.Appended appended)
        {
            _last = appended.BaseOffset;
        }
    }

    /// <summary>Reads the newest batch, which is in memory.</summary>
    [Benchmark]
    [AllocationBudget(512)]
    public async Task<int> FetchAtTheEnd() => (await _log.ReadAsync(_last, 1 << 20, CancellationToken.None)).Parts.Count;
}
