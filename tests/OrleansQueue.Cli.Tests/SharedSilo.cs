using OrleansQueue.Processes;

namespace OrleansQueue.Cli.Tests;

/// <summary>One silo that the tests of a class share; each uses topics of its own.</summary>
public sealed class SharedSilo : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new();
    private RunningProcess? _process;

    internal Oq Oq { get; private set; } = null!;

    internal SiloProgram Silo { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Silo = SiloProgram.In(_folder["data"]);
        _process = await Silo.StartReadyAsync();
        Oq = Oq.To(Silo);
    }

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();
}
