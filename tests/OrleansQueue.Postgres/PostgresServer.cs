using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace OrleansQueue.Postgres;

/// <summary>A PostgreSQL of the distribution on loopback, with the tables of membership, which ends with this.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Ready = "database system is ready to accept connections";
    private const string Owner = "postgres";

    private readonly string _folder;
    private readonly int _port;
    private Process? _process;

    private PostgresServer(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        _port = port;
    }

    /// <exception cref="InvalidOperationException">There is none, or it does not start.</exception>
    public static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("oq-postgres-").FullName;
        if (Environment.UserName == "root")
        {
            // It refuses to run as root.
            await RunAsync("chown", Owner, folder);
        }

        await RunAsync(Program("initdb"), "-D", DataIn(folder), "-U", Owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        var port = FreePort();
        var process = await ServeAsync(folder, port);
        return new PostgresServer(process, folder, port);
    }

    /// <summary>A database that is always there, and has no tables.</summary>
    public string EmptyDatabase => ConnectionStringTo(Owner);

    /// <summary>Makes a database that has the tables of membership; answers how it is reached.</summary>
    public async Task<string> NewDatabaseAsync(string name)
    {
        await ExecuteAsync(EmptyDatabase, $"CREATE DATABASE {name}");
        await ExecuteAsync(ConnectionStringTo(name), await ReadScriptAsync());
        return ConnectionStringTo(name);
    }

    /// <summary>Ends it without a goodbye; what it keeps stays.</summary>
    public async Task KillAsync()
    {
        NpgsqlConnection.ClearAllPools();
        using var process = _process!;
        _process = null;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Starts it again after a kill, where it was.</summary>
    public async Task StartAgainAsync() => _process = await ServeAsync(_folder, _port);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string DataIn(string folder) => Path.Combine(folder, "data");

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private string ConnectionStringTo(string database) => $"Host=127.0.0.1;Port={_port};Username={Owner};Database={database};Maximum Pool Size=20";

    private static async Task<Process> ServeAsync(string folder, int port)
    {
        // What is lost with this machine was made for one run of tests: it need not be synced.
        var process = new Process
        {
            StartInfo = StartOf(Program("postgres"), "-D", DataIn(folder), "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder, "-F"),
        };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, output) =>
        {
            if (output.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("PostgreSQL ended before it was ready."));
            }
            else if (output.Data.Contains(Ready, StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await ready.Task;
        return process;
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program == "chown" ? Redirected(program, arguments) : StartOf(program, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}{await output}");
        }
    }

    private static ProcessStartInfo StartOf(string program, params string[] arguments) => Environment.UserName == "root"
        ? Redirected("setpriv", ["--reuid", Owner, "--regid", Owner, "--clear-groups", program, .. arguments])
        : Redirected(program, arguments);

    private static ProcessStartInfo Redirected(string program, string[] arguments) =>
        new(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };

    /// <summary>The distribution keeps the server's programs out of the path, a folder for each version.</summary>
    private static string Program(string name)
    {
        const string Root = "/usr/lib/postgresql";
        return Directory.Exists(Root) && Directory.GetDirectories(Root).Select(version => Path.Combine(version, "bin", name)).Where(File.Exists).Order().LastOrDefault() is { } found
            ? found
            : name;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> ReadScriptAsync()
    {
        using var script = new StreamReader(typeof(PostgresServer).Assembly.GetManifestResourceStream("membership.sql")!);
        return await script.ReadToEndAsync();
    }
}
