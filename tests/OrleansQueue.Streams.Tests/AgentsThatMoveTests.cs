using Orleans.Providers.Streams.Common;
using OrleansQueue.SiloHost.Tests;
using OrleansQueue.Streams.Tests.Specs;
using OrleansQueue.Streams.Tests.Support;

namespace OrleansQueue.Streams.Tests;

/// <summary>
/// Agents that end and begin anew at any moment, as when partitions move to other silos, lose nothing: not for a subscriber of which only just
/// was heard, and not for one whose events fail. OQ_STREAM_MOVES says how often they do.
/// </summary>
public sealed class AgentsThatMoveTests : StreamTests, IAsyncLifetime, IAsyncDisposable
{
    private const int Events = 20;
    private const int Bad = 7;
    private const int AtOnce = 20;

    private static readonly int Moves = RunSetting.Of("OQ_STREAM_MOVES", 40);

    private readonly SemaphoreSlim _turn = new(1);
    private StreamSilos? _silos;

    private protected override StreamSilos Silos => _silos!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _silos = await StreamSilos.StartAsync(new MemoryStorage().NewSilos());

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _silos!.DisposeAsync();
        _turn.Dispose();
    }

    [Fact]
    public async Task Nothing_is_lost() => await Parallel.ForAsync(0, Moves, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
    {
        var stream = $"s{i}";
        var (grain, failing) = await SubscribeAsync("failing", stream);
        var (_, other) = await SubscribeAsync("other", stream);
        await grain.FailAtAsync(Bad);

        await PublishAsync(Stream(stream), "p", 0, Events);

        // Each stream has the agents move when it has got so far.
        await (i % 2 == 0 ? other : failing).HasDistinctAsync(i % Events);
        await MoveAsync();
        await failing.HasDistinctAsync(Events - 1);
        await other.HasDistinctAsync(Events);
        AssertOrderWithRepetitions(other, Events);
        Assert.DoesNotContain(failing.Events, static delivered => delivered.Event.Number == Bad);
    });

    private async Task MoveAsync()
    {
        await _turn.WaitAsync();
        try
        {
            await TellAsync(PersistentStreamProviderCommand.StopAgents);
            await TellAsync(PersistentStreamProviderCommand.StartAgents);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task TellAsync(PersistentStreamProviderCommand command)
    {
        foreach (var feed in Silos.Feeds)
        {
            feed.EndWait();
        }

        await Silos.Grains.GetGrain<IManagementGrain>(0).SendControlCommandToProvider<PersistentStreamProvider>(StreamSilos.Provider, (int)command, null);
    }
}
