using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Formats;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Storage;

namespace OrleansQueue.Grains.Formats;

/// <summary>
/// Tells the cluster what formats this silo knows, before it takes part, and hears which it is to write. A silo that does not know what its cluster writes does
/// not start; one that finds out later, as the level was raised while it joined, stops.
/// </summary>
internal sealed class FormatWatch(
    FormatLevels levels,
    IGrainFactory grains,
    ISiloStatusOracle silos,
    ClusterQuestions cluster,
    TimeProvider clock,
    ILogger<FormatWatch> logger,
    IHostApplicationLifetime? host = null)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly string Version = typeof(FormatWatch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        // A silo that joins others knows it before it is active. Where nobody answers then, it hears it when it is.
        lifecycle.Subscribe(nameof(FormatWatch), ServiceLifecycleStage.ApplicationServices, token => AskAsync(needsOthers: true, token));
        lifecycle.Subscribe(nameof(FormatWatch), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        (await AskAsync(needsOthers: false, cancellationToken)).ThrowIfFailed("what level of the formats it writes");
        _watching = WatchAsync();
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    private async Task<Asked<int>> AskAsync(bool needsOthers, CancellationToken cancellationToken)
    {
        var answer = await cluster.AskAsync(AnnounceAsync, needsOthers, cancellationToken);
        if (answer.IsGiven)
        {
            Write(new FormatLevel(answer.Value));
        }

        return answer;
    }

    private ValueTask<int> AnnounceAsync()
    {
        var range = levels.Range;
        return grains.GetGrain<IFormatGrain>(0).AnnounceAsync(new SiloRow(silos.SiloName, silos.SiloAddress.ToParsableString(), Version, range.Oldest.Value, range.Newest.Value));
    }

    private void Write(FormatLevel level)
    {
        var before = levels.Current;
        levels.Raise(level);
        if (levels.Current != before)
        {
            logger.FormatRaised(levels.Current);
        }
    }

    private async Task WatchAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(FormatKeeper.AnnounceEvery, clock, _stopping.Token));
            try
            {
                Write(new FormatLevel(await AnnounceAsync().AsTask().WaitAsync(_stopping.Token)));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The silo stops.
            }
            catch (FormatLevelException error)
            {
                logger.FormatUnknown(error);
                host?.StopApplication();
                return;
            }
            catch (Exception error)
            {
                // Whatever went wrong is tried again; until then the silo writes what it wrote.
                logger.FormatNotKnown(error);
            }
        }
    }
}
