using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OrleansQueue.Processes;

/// <summary>A program of ours in a process of its own. It is killed at the end if it still runs, also when the test fails.</summary>
internal sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process _process;

    private RunningProcess(Process process) => _process = process;

    public OutputLines Out { get; } = new();

    public OutputLines Error { get; } = new();

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The end of the process and of its output.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts a program.</summary>
    /// <param name="program">Its dll, see <see cref="BuiltPrograms"/>.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="onOutput">Takes the lines of its output in place of <see cref="Out"/>, where there are too many to keep.</param>
    public static RunningProcess Start(string program, string folder, IEnumerable<string> arguments, Action<string>? onOutput = null)
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var start = new ProcessStartInfo(OperatingSystem.IsLinux() ? "env" : dotnet)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        if (OperatingSystem.IsLinux())
        {
            // A shell starts what runs in its background with Ctrl-C ignored, and all that is started from there inherits it.
            start.ArgumentList.Add("--default-signal=INT");
            start.ArgumentList.Add(dotnet);
        }

        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = new Process { StartInfo = start };
        process.Start();
        var running = new RunningProcess(process);
        process.OutputDataReceived += (_, line) =>
        {
            if (onOutput is null || line.Data is null)
            {
                running.Out.Add(line.Data);
            }
            else
            {
                onOutput(line.Data);
            }
        };
        process.ErrorDataReceived += (_, line) => running.Error.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        running.Ended = process.WaitForExitAsync();
        return running;
    }

    /// <summary>Sends a signal that asks: <c>TERM</c>, <c>INT</c>.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience.Long);
    }

    /// <summary>Ends the process with SIGKILL and waits until it is gone.</summary>
    public Task KillAsync()
    {
        _process.Kill();
        return Ended.WaitAsync(Patience.Long);
    }

    /// <summary>Waits for the end, and for all of the output; answers the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await Ended.WaitAsync(Patience.Long);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await Ended;
        }

        _process.Dispose();
    }
}
