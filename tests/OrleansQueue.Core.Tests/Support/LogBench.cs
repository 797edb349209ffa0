using System.Globalization;
using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>A partition log with its clock, its store and what it told, for tests.</summary>
internal sealed class LogBench(ILogStore? inner = null)
{
    /// <summary>Segments, index distance and cache small enough that a few dozen batches turn all of them over.</summary>
    public PartitionLogOptions Options { get; set; } = new()
    {
        Log = LogId.Parse("p-test"),
        SegmentBytes = 2_000,
        IndexEveryBytes = 200,
        TailCacheBytes = 1_000,
    };

    public ManualClock Clock { get; } = new();

    public GatedLogStore Store { get; } = new(inner ?? new MemoryLogStore(FileStores.Id));

    public ToldEvents Told { get; } = new();

    /// <summary>The log that was opened last.</summary>
    public PartitionLog Log { get; private set; } = null!;

    /// <summary>A bench whose log is open.</summary>
    public static async Task<LogBench> OpenAsync(Func<PartitionLogOptions, PartitionLogOptions>? options = null, ILogStore? store = null)
    {
        var bench = new LogBench(store);
        bench.Options = options is null ? bench.Options : options(bench.Options);
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>Opens the log, as a next owner does while the one before may still be there.</summary>
    public async Task<PartitionLog> OpenAsync() =>
        Log = await PartitionLog.OpenAsync(Store, Options, Clock, Told, CancellationToken.None);

    public async Task<ProduceResult> AppendAsync(ReadOnlyMemory<byte> batch) => await Log.AppendAsync(batch);

    /// <summary>Appends a batch of so many records, each with a value that no other record has.</summary>
    public async Task<Offset> AppendSomeAsync(int records = 1)
    {
        var first = Log.Offsets.LogEnd.Value;
        var values = Enumerable.Range(0, records).Select(i => ValueAt(first + i)).ToArray();
        return Assert.IsType<ProduceResult.Appended>(await AppendAsync(BatchMaker.Of(values))).BaseOffset;
    }

    /// <summary>The value that <see cref="AppendSomeAsync"/> writes at an offset.</summary>
    public static string ValueAt(long offset) => "record " + offset.ToString(CultureInfo.InvariantCulture);

    /// <summary>A batch of an idempotent producer, whose values tell sequence and epoch.</summary>
    public static ReadOnlyMemory<byte> Produced(int first, int records = 1, long producer = 1, short epoch = 0)
    {
        var stamp = new ProducerStamp(new(producer), new(epoch), new(first));
        var values = Enumerable.Range(0, records).Select(i => $"{producer}/{epoch}/{stamp.First.Plus(i).Value}").ToArray();
        return BatchMaker.From(stamp, values);
    }

    /// <summary>Null where the log holds a reader's position, else the last offset that both have in common.</summary>
    public Offset? FindDivergence(Epoch epoch, Offset offset) => Log.Check(new Position(default, default, offset, epoch), default) switch
    {
        PositionCheck.Held => null,
        PositionCheck.Overtaken => null,
        PositionCheck.Diverged diverged => diverged.LastCommon,
        var other => throw new InvalidOperationException($"The position was answered with {other}."),
    };

    /// <summary>An append fails, with nothing of it stored, and the time passes after which the log opens itself again.</summary>
    public async Task FailAppendAsync()
    {
        Store.Gated = true;
        var append = AppendSomeAsync();
        await SettleAsync();
        await Store.FailAsync(new IOException("broken"), stored: false);
        await Assert.ThrowsAsync<IOException>(() => append);
        Store.Gated = false;
        Clock.Advance(Options.RetryAfterFailure);
    }

    public async Task<LogRead> ReadAsync(long from, int maxBytes = 1 << 20) => await Log.ReadAsync(new(from), maxBytes, CancellationToken.None);

    /// <summary>All records from an offset to the end, read in steps of so many bytes; each step goes on where the one before ended.</summary>
    public async Task<List<(long Offset, string Value)>> ReadAllAsync(long from = 0, int maxBytes = 700)
    {
        var found = new List<(long, string)>();
        while (from < Log.Offsets.HighWatermark.Value)
        {
            var read = await ReadAsync(from, maxBytes);
            Assert.Equal(LogReadKind.Batches, read.Kind);
            var records = BatchMaker.Read(read.Parts);
            Assert.Equal(read.Next.Value, records[^1].Offset + 1);
            Assert.Contains(records, record => record.Offset == from);
            found.AddRange(records.Where(record => record.Offset >= from));
            from = read.Next.Value;
        }

        return found;
    }

    /// <summary>Asserts that the log holds exactly what <see cref="AppendSomeAsync"/> wrote, from its start to an end.</summary>
    public async Task AssertHoldsAsync(long end, long from = 0) =>
        Assert.Equal(LongRange(from, end).Select(offset => (offset, ValueAt(offset))), await ReadAllAsync(from));

    /// <summary>Lets everything run that is ready to. Only on <see cref="OneScheduler"/>, where that is a certain number of turns.</summary>
    public static async Task SettleAsync()
    {
        for (var i = 0; i < 50; i++)
        {
            await Task.Yield();
        }
    }

    private static IEnumerable<long> LongRange(long from, long end) => Enumerable.Range(0, (int)(end - from)).Select(i => from + i);
}

/// <summary>Notes what a log tells its owner.</summary>
internal sealed class ToldEvents : ILogEvents
{
    public List<string> All { get; } = [];

    public void TailCut(LogId log, TailReport tail) => All.Add($"cut {tail.CutBytes}");

    public void Damaged(LogId log, LogDamagedException damage) => All.Add($"damaged {damage.Offset}");

    public void Fenced(LogId log, Epoch epoch) => All.Add($"fenced {epoch}");

    public void WriteFailed(LogId log, Exception? error) => All.Add($"failed {error?.Message}");

    public void SidecarLost(LogId log, Offset segment, IOException error) => All.Add($"sidecar {segment}");

    public void RetentionFailed(LogId log, Exception error) => All.Add($"retention {error.Message}");

    public void RetentionHeld(TopicPartition partition, string group, Offset from) => All.Add($"held by {group} at {from}");

    public void QueueGap(string group, TopicPartition partition, Offset from, Offset to) => All.Add($"gap {from} to {to}");

    public void GroupPaused(string group, long failed, long ended, TimeSpan pause) => All.Add($"{group} paused {failed}/{ended}");

    public void GroupGoesOn(string group) => All.Add($"{group} goes on");

    public void Committed(LogId log, long bytes, TimeSpan took)
    {
        // A test of what went wrong is not told what went well.
    }
}
