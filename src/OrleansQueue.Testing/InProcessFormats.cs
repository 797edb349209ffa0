using OrleansQueue.Broker;
using OrleansQueue.Formats;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Testing;

/// <summary>The level of the formats of a broker that is a cluster of one. A keeper that failed is opened anew for the next call.</summary>
internal sealed class InProcessFormats(ILogStore store, TimeProvider clock) : IAsyncDisposable
{
    private static readonly KnownSilo Silo = new("in-process", "in-process");

    private FormatKeeper? _keeper;

    /// <inheritdoc cref="IClusterVerbs.DescribeClusterAsync"/>
    public Task<ClusterDescription> DescribeAsync() => RunAsync(keeper => keeper.DescribeAsync(store.Id, "memory", [Silo]));

    /// <inheritdoc cref="IClusterVerbs.RaiseFormatAsync"/>
    public Task<RaiseFormatResult> RaiseAsync() => RunAsync(keeper => keeper.RaiseAsync([Silo]));

    public async ValueTask DisposeAsync()
    {
        if (_keeper is { } keeper)
        {
            _keeper = null;
            await keeper.DisposeAsync();
        }
    }

    private async Task<T> RunAsync<T>(Func<FormatKeeper, ValueTask<T>> call)
    {
        try
        {
            _keeper ??= await FormatKeeper.OpenAsync(store, clock, NoLogEvents.Instance, CancellationToken.None);
            store.Levels.Raise(await _keeper.AnnounceAsync(new SiloFormats(Silo, "", store.Levels.Range), [Silo]));
            var result = await call(_keeper);
            if (result is RaiseFormatResult.Raised raised)
            {
                store.Levels.Raise(raised.To);
            }

            return result;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }
}
