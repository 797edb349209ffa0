using System.Text;
using OrleansQueue.Journals;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Support;

/// <summary>A journal with its state and its store, for tests.</summary>
internal sealed class JournalBench(ILogStore? inner = null)
{
    public static readonly LogId Id = LogId.Parse("j-test");

    public JournalOptions Options { get; set; } = new();

    public GatedLogStore Store { get; } = new(inner ?? new MemoryLogStore(FileStores.Id));

    public TextState State { get; private set; } = new();

    public Journal Journal { get; private set; } = null!;

    public static async Task<JournalBench> OpenAsync(int snapshotAfterBytes = 1 << 20, ILogStore? store = null)
    {
        var bench = new JournalBench(store) { Options = new JournalOptions { SnapshotAfterBytes = snapshotAfterBytes } };
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>Opens the journal into a new state, as a next owner does.</summary>
    public async Task OpenAsync()
    {
        State = new TextState();
        Journal = await Journal.OpenAsync(Store, Id, State, Options, CancellationToken.None);
    }

    public Task<StoreOutcome> AppendAsync(string entry) => Journal.AppendAsync(Encoding.UTF8.GetBytes(entry));

    public async Task AppendSomeAsync(int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Assert.Equal(StoreOutcome.Done, await AppendAsync(EntryAt(i)));
        }
    }

    public static string EntryAt(int number) => $"entry {number}";

    public static IEnumerable<string> Entries(int to) => Enumerable.Range(0, to).Select(EntryAt);

    /// <summary>The segments that the store has; looking fences the journal.</summary>
    public async Task<IReadOnlyList<SegmentExtent>> SegmentsAsync()
    {
        await using var journal = await Storage();
        return journal.Segments;
    }

    private ValueTask<ILog> Storage() => Store.OpenAsync(Id, new LogOptions(), new OrleansQueue.Log.TailIndexer(100, new(0)), CancellationToken.None);
}
