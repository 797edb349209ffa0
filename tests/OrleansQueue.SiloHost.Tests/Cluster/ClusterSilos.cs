using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>The silos of a cluster as processes, and what is done to them.</summary>
internal sealed class ClusterSilos(IReadOnlyList<SiloProgram> programs) : IAsyncDisposable
{
    private readonly RunningProcess?[] _processes = new RunningProcess?[programs.Count];

    public IReadOnlyList<SiloProgram> Programs => programs;

    public async Task StartAsync()
    {
        for (var silo = 0; silo < programs.Count; silo++)
        {
            _processes[silo] = await programs[silo].StartReadyAsync();
        }
    }

    /// <summary>Ends a silo; <paramref name="passed"/> is what must have happened before it starts again.</summary>
    public async Task KillAsync(int silo, Func<Task> passed)
    {
        await _processes[silo]!.DisposeAsync();
        await passed();
        await RestartAsync(silo);
    }

    /// <summary>Ends all silos at once and starts them again.</summary>
    public async Task KillAllAsync()
    {
        await Task.WhenAll(_processes.Select(static process => process!.DisposeAsync().AsTask()));

        // Each takes its earlier self out of the table of members; one alone would look for the others in vain.
        await Task.WhenAll(Enumerable.Range(0, _processes.Length).Select(RestartAsync));
    }

    /// <summary>Stops a silo and starts it again.</summary>
    public Task RestartCleanlyAsync(int silo) => ReplaceAsync(silo, programs[silo]);

    /// <summary>Stops a silo and starts another program in its place.</summary>
    public async Task ReplaceAsync(int silo, SiloProgram by)
    {
        await StopAsync(silo);
        _processes[silo] = await by.StartReadyAsync();
    }

    /// <summary>Stops a silo that may have been stopped before.</summary>
    public async Task StopAsync(int silo)
    {
        if (_processes[silo] is not { } process)
        {
            return;
        }

        await process.SignalAsync("TERM");
        var code = await process.EndAsync();
        Assert.True(code == 0, $"Silo {silo} was asked to stop and ended with {code}:\n{string.Join('\n', process.Error.All)}\n{string.Join('\n', process.Out.All)}");
        await process.DisposeAsync();
        _processes[silo] = null;
    }

    /// <summary>Has a silo stand still until others have declared it dead, and go on. It must find out and end itself.</summary>
    public async Task PauseAsync(int silo, TimeSpan pause)
    {
        var process = _processes[silo]!;
        await process.SignalAsync("STOP");

        // How long it lies still is the fault itself; nothing could be waited for in its place.
        using (var length = new PeriodicTimer(pause))
        {
            await length.WaitForNextTickAsync();
        }

        await process.SignalAsync("CONT");
        try
        {
            await process.EndAsync();
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Silo {silo} stood still for {pause} and did not end afterwards:\n{process.Error}\n{process.Out}");
        }

        await process.DisposeAsync();
        await RestartAsync(silo);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }
    }

    private async Task RestartAsync(int silo) => _processes[silo] = await programs[silo].StartReadyAsync();
}
