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
    FormatLevels levels,
    IGrainFactory grains,
    ISiloStatusOracle silos,
    IClusterMembershipService members,
    TimeProvider clock,
    ILogger<FormatWatch> logger,
    IHostApplicationLifetime? host = null)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How long it asks without an answer.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private static readonly string Version = typeof(FormatWatch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle)
    {
        // A silo that joins others knows it before it is active. Those may all be dead and not yet known to be, as when a whole cluster starts anew; then it is
        // told what there is to know when it is active.
        lifecycle.Subscribe(nameof(FormatWatch), ServiceLifecycleStage.ApplicationServices, token => AskAsync(() => IsAlone, token));
        lifecycle.Subscribe(nameof(FormatWatch), ServiceLifecycleStage.Active, StartAsync, StopAsync);
    }

    public void Dispose() => _stopping.Dispose();

    private bool IsAlone => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.All(silo => silo.Equals(silos.SiloAddress));

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync(static () => false, cancellationToken) is { } error)
        {
            throw new IOException($"No silo of this cluster could tell within {Patience} what level of the formats it writes: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        _watching = WatchAsync();
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    /// <summary>Asks until it is told, there is nobody to ask, or nobody answers for long; answers why nobody did.</summary>
    private async Task<Exception?> AskAsync(Func<bool> hasNobody, CancellationToken cancellationToken)
    {
        var (began, wait) = (clock.GetTimestamp(), FirstWait);
        while (!hasNobody())
        {
            try
            {
                await TellAsync();
                return null;
            }
            catch (Exception error) when (error is not FormatLevelException)
            {
                if (clock.GetElapsedTime(began) >= Patience)
                {
                    return error;
                }
            }

            // Who is active is known a moment before what grains they have is; whoever was asked may just have left, or be opening its journal. Who is dead is
            // known when the table is read again, which happens by itself once in a minute.
            await Task.Delay(wait, clock, cancellationToken);
            await members.Refresh(cancellationToken: cancellationToken);
            wait = wait + wait < LongestWait ? wait + wait : LongestWait;
        }

        return null;
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
