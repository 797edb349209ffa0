using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Faults;

/// <summary>The silo as a process, and what is done to it.</summary>
internal sealed class FaultySilo(SiloProgram program, TimeSpan longPause) : IAsyncDisposable
{
    private const int Bounces = 5;

    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(2);

    private RunningProcess? _process;

    public async Task StartAsync() => _process = await program.StartReadyAsync();

    /// <summary>Does it. When it returns, the silo is ready again.</summary>
    public Task SufferAsync(FaultKind fault) => fault switch
    {
        FaultKind.HardRestart => RestartAsync(times: 1, "KILL"),
        FaultKind.CleanRestart => RestartAsync(times: 1, "TERM"),
        FaultKind.HardBounces => RestartAsync(Bounces, "KILL"),
        FaultKind.CleanBounces => RestartAsync(Bounces, "TERM"),
        FaultKind.LongPause => PauseAsync(longPause),
        FaultKind.ShortPause => PauseAsync(ShortPause),
        FaultKind.KillWhilePaused => KillWhilePausedAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, null),
    };

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task RestartAsync(int times, string signal)
    {
        for (var i = 0; i < times; i++)
        {
            await _process!.SignalAsync(signal);
            var code = await _process.EndAsync();
            Assert.True(signal == "KILL" || code == 0, $"The silo was asked to stop and ended with {code}:\n{_process.Error}");
            await _process.DisposeAsync();
            await StartAsync();
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        await StopForAsync(pause);
        await _process!.SignalAsync("CONT");
    }

    private async Task StopForAsync(TimeSpan pause)
    {
        await _process!.SignalAsync("STOP");

        // How long it lies still is the fault itself; nothing could be waited for in its place.
        using var length = new PeriodicTimer(pause);
        await length.WaitForNextTickAsync();
    }

    private async Task KillWhilePausedAsync()
    {
        await StopForAsync(ShortPause);
        await RestartAsync(times: 1, "KILL");
    }
}
