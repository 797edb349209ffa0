using System.Diagnostics;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>A consumer of orders in a process of its own.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Task<string> _complaints;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(Process process, IOrderWatch watch)
    {
        _process = process;
        _reading = ReadAsync(watch);
        _complaints = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it; ends when it has joined its group.</summary>
    public static async Task<WorkerProcess> StartAsync(Demo demo, string orders, int? holdAfter, IOrderWatch watch, CancellationToken cancellationToken)
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The demo does not know what it was started as, so it cannot start a worker.");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        }

        foreach (var argument in WorkerCommand.ArgumentsOf(demo, orders, holdAfter))
        {
            start.ArgumentList.Add(argument);
        }

        var worker = new WorkerProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} was not started."), watch);
        try
        {
            await worker.UntilAsync(worker._ready.Task, cancellationToken);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for something that the worker brings about.</summary>
    /// <exception cref="InvalidOperationException">The worker ended before.</exception>
    public async Task<T> UntilAsync<T>(Task<T> something, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(something, _reading).WaitAsync(cancellationToken) == _reading && !something.IsCompleted)
        {
            await _reading;
            throw await FailureAsync("before its time", cancellationToken);
        }

        return await something;
    }

    /// <summary>Ends it without a goodbye.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        await _reading;
    }

    /// <summary>Has it finish what it holds and leave.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
        await _reading;
        if (_process.ExitCode != 0)
        {
            throw await FailureAsync("when it was to stop", cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
        await _complaints;
        _process.Dispose();
    }

    private async Task<InvalidOperationException> FailureAsync(string when, CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        var complaints = await _complaints.WaitAsync(cancellationToken);
        return new($"A worker ended {when} with {_process.ExitCode}: {complaints.Trim().ReplaceLineEndings(" ")}");
    }

    private async Task ReadAsync(IOrderWatch watch)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            WorkerLines.Read(line, watch, () => _ready.TrySetResult(true));
        }
    }
}
