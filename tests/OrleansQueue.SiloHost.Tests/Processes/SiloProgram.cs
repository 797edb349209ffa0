using System.Globalization;
using System.Net;

namespace OrleansQueue.Processes;

/// <summary>Where a silo listens and keeps its files; it can be started there again and again.</summary>
internal sealed record SiloProgram(string Data, int Port, int GatewayPort, string Url)
{
    public const string Ready = "OrleansQueue ready";

    /// <summary>Settings that it is always started with.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The program. Default: the one that was built with the tests.</summary>
    public string Program { get; init; } = BuiltPrograms.SiloHost;

    public IPEndPoint Gateway => new(IPAddress.Loopback, GatewayPort);

    public string Cluster => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{GatewayPort}");

    /// <summary>A silo on free ports.</summary>
    public static SiloProgram In(string data, string host = "127.0.0.1") =>
        new(data, FreePort.Take(), FreePort.Take(), string.Create(CultureInfo.InvariantCulture, $"http://{host}:{FreePort.Take()}"));

    /// <summary>Starts the silo without waiting for it. What <paramref name="settings"/> say goes before the rest.</summary>
    public RunningProcess Start(params IEnumerable<string> settings)
    {
        string[] own =
        [
            $"--OrleansQueue:Files:Path={Data}",
            string.Create(CultureInfo.InvariantCulture, $"--Silo:Port={Port}"),
            string.Create(CultureInfo.InvariantCulture, $"--Silo:GatewayPort={GatewayPort}"),
            $"--Urls={Url}",
            "--Logging:LogLevel:Default=Warning",
        ];
        return RunningProcess.Start(Program, AppContext.BaseDirectory, own.Concat(Settings).Concat(settings));
    }

    /// <summary>Starts the silo and waits until it is ready.</summary>
    public async Task<RunningProcess> StartReadyAsync(params IEnumerable<string> settings)
    {
        var process = Start(settings);
        try
        {
            await process.Out.BeginningAsync(Ready);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
