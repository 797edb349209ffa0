using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Formats;
using OrleansQueue.Grains.Logging;
using OrleansQueue.Storage;

namespace OrleansQueue.Grains.Formats;

/// <summary>
/// Tells the cluster what formats this silo knows, before it takes part, and hears which it is to write. A silo that does not know what its cluster writes does
/// not start; one that finds out later, as the level was raised while it joined, stops.
/// </summary>
internal sealed class FormatWatch(
    FormatLevels levels, IGrainFactory grains, ISiloStatusOracle silos, TimeProvider clock, ILogger<FormatWatch> logger, IHostApplicationLifetime? host = null)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private static readonly TimeSpan RetryTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string Version = typeof(FormatWatch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        // A silo that joins others knows it before it is active; one that comes to nobody has nobody to ask before.
        lifecycle.Subscribe(nameof(FormatWatch), ServiceLifecycleStage.ApplicationServices, token => IsAlone ? Task.CompletedTask : AskAsync(token));
        lifecycle.Subscribe(nameof(FormatWatch), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    public void Dispose() => _stopping.Dispose();

    private bool IsAlone => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.All(silo => silo.Equals(silos.SiloAddress));

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await AskAsync(cancellationToken);
        _watching = WatchAsync();
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        for (var began = clock.GetTimestamp(); ;)
        {
            try
            {
                await TellAsync();
                return;
            }
            catch (Exception error) when (error is not FormatLevelException && clock.GetElapsedTime(began) < Patience)
            {
                // Who is active is known a moment before what grains they have is; whoever was asked may just have left, or be opening its journal.
                await Task.Delay(RetryTime, clock, cancellationToken);
            }
        }
    }

    private async Task TellAsync()
    {
        var (range, before) = (levels.Range, levels.Current);
        var own = new SiloRow(silos.SiloName, silos.SiloAddress.ToParsableString(), Version, range.Oldest.Value, range.Newest.Value);
        levels.Raise(new FormatLevel(await grains.GetGrain<IFormatGrain>(0).AnnounceAsync(own)));
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
                await TellAsync().WaitAsync(_stopping.Token);
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
