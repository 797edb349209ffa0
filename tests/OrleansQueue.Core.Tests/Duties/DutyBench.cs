using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Duties;
using OrleansQueue.Log;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Core.Tests.Duties;

/// <summary>A shard of the index of duties with its clock, its store and its holders, for tests.</summary>
internal sealed class DutyBench(ILogStore? inner = null) : IDutyHolders
{
    public ManualClock Clock { get; } = new();

    public GatedLogStore Store { get; } = new(inner ?? new MemoryLogStore(FileStores.Id));

    public DutyIndex Index { get; private set; } = null!;

    /// <summary>Who was called, in order.</summary>
    public List<string> Called { get; } = [];

    /// <summary>What a holder does when it is called, and when it must act next. By default it does nothing and is done.</summary>
    public Func<string, Task<Timestamp?>> OnRun { get; set; } = _ => Task.FromResult<Timestamp?>(null);

    public Timestamp Now => Timestamp.Now(Clock);

    public static async Task<DutyBench> OpenAsync(ILogStore? store = null)
    {
        var bench = new DutyBench(store);
        await bench.OpenAsync();
        return bench;
    }

    /// <summary>Opens the shard from its journal, as a next owner does while the one before may still be there.</summary>
    public async Task OpenAsync() => Index = await DutyIndex.OpenAsync(Store, 5, this, Clock, NoLogEvents.Instance, CancellationToken.None);

    /// <summary>Sets when a holder must act, from now.</summary>
    public async Task SetAsync(string holder, int seconds) => await Index.SetAsync(holder, In(seconds));

    public Timestamp In(double seconds) => Now.Plus(TimeSpan.FromSeconds(seconds));

    public async Task<IReadOnlyList<(string Holder, Exception Error)>> RunAsync(int most = 100) => await Index.RunDueAsync(most);

    public async ValueTask<Timestamp?> RunAsync(string holder)
    {
        Called.Add(holder);
        return await OnRun(holder);
    }
}
