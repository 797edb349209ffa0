using OrleansQueue.Storage;

namespace OrleansQueue.StorageSpecs;

/// <summary>An owner of a log as the broker is one: it gives batches their offsets and knows what was acknowledged.</summary>
internal sealed class TestLog(ILog log, TailBatches seen) : IAsyncDisposable
{
    private readonly List<Offset> _segments = [.. log.Segments.Select(segment => segment.FirstOffset)];

    public ILog Log => log;

    /// <summary>The batches that recovery showed.</summary>
    public TailBatches Seen => seen;

    /// <summary>The offset that the next batch gets.</summary>
    public Offset Next { get; private set; } = seen.Next ?? (log.Segments.Count == 0 ? Offset.Zero : log.Segments[^1].FirstOffset);

    public Offset Active => _segments[^1];

    public IReadOnlyList<Offset> Segments => _segments;

    /// <summary>Opens a log for writing and, where it is new, begins its first segment.</summary>
    public static async Task<TestLog> OpenAsync(ILogStore store, LogId id, Durability durability = Durability.Fsync)
    {
        var opened = await RecoverAsync(store, id, durability);
        if (opened._segments.Count == 0)
        {
            Assert.Equal(StoreOutcome.Done, await opened.RollAsync());
        }

        return opened;
    }

    /// <summary>As <see cref="OpenAsync"/>, or null where another owner came before the first segment was there.</summary>
    public static async Task<TestLog?> OpenIfOwnerAsync(ILogStore store, LogId id)
    {
        var opened = await RecoverAsync(store, id);
        return opened._segments.Count != 0 || await opened.RollAsync() == StoreOutcome.Done ? opened : null;
    }

    /// <summary>Opens a log and leaves it as it is.</summary>
    public static async Task<TestLog> RecoverAsync(ILogStore store, LogId id, Durability durability = Durability.Fsync)
    {
        var seen = new TailBatches();
        return new TestLog(await store.OpenAsync(id, new LogOptions(durability), seen, CancellationToken.None), seen);
    }

    /// <summary>Appends one batch of texts.</summary>
    public async Task<StoreOutcome> AppendAsync(params string[] values)
    {
        var outcome = await log.AppendAsync([Stored(Next, values)]);
        Next = outcome == StoreOutcome.Done ? new Offset(Next.Value + values.Length) : Next;
        return outcome;
    }

    /// <summary>Appends one batch that must be acknowledged.</summary>
    public async Task KeepAsync(params string[] values) => Assert.Equal(StoreOutcome.Done, await AppendAsync(values));

    /// <summary>A batch as this owner would store it.</summary>
    public byte[] Stored(Offset first, params string[] values) => BatchMaker.Stored(first, log.Epoch, values);

    public async Task<StoreOutcome> RollAsync()
    {
        var outcome = await log.RollAsync(Next);
        if (outcome == StoreOutcome.Done)
        {
            _segments.Add(Next);
        }

        return outcome;
    }

    public async Task DeleteBeforeAsync(Offset firstKept)
    {
        Assert.Equal(StoreOutcome.Done, await log.DeleteBeforeAsync(firstKept));
        _segments.RemoveAll(segment => segment < firstKept);
    }

    /// <summary>Everything that reads show, segment after segment.</summary>
    public async Task<List<(long Offset, string Value)>> ReadAsync()
    {
        var all = new List<(long, string)>();
        foreach (var segment in _segments)
        {
            all.AddRange(BatchMaker.Read([await ReadSegmentAsync(segment)]));
        }

        return all;
    }

    /// <summary>The texts of everything that reads show.</summary>
    public async Task<List<string>> ReadValuesAsync() => [.. (await ReadAsync()).Select(record => record.Value)];

    /// <summary>A segment's bytes, as long as a read gives any, <paramref name="step"/> at a time.</summary>
    public async Task<byte[]> ReadSegmentAsync(Offset segment, int step = 1 << 20)
    {
        var all = new List<byte>();
        var buffer = new byte[step];
        for (int got; (got = await log.ReadAsync(segment, all.Count, buffer, CancellationToken.None)) != 0;)
        {
            all.AddRange(buffer.AsSpan(0, got));
        }

        return [.. all];
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();
}
