using System.Diagnostics;

namespace OrleansQueue.Azurite;

/// <summary>A blob service of Azurite on a port of its own, which ends with this.</summary>
internal sealed class AzuriteServer : IAsyncDisposable
{
    // The account that Azurite comes with; its key is no secret.
    private const string Account = "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Listens = "successfully listens on ";

    private readonly Process _process;
    private readonly string _folder;

    private AzuriteServer(Process process, string folder, Uri address)
    {
        _process = process;
        _folder = folder;
        Address = address;
    }

    public Uri Address { get; }

    public string ConnectionString => ConnectionStringTo(Address);

    /// <summary>How the same service is reached by another address, as that of something in between.</summary>
    public static string ConnectionStringTo(Uri address) => $"DefaultEndpointsProtocol=http;{Account};BlobEndpoint={address.GetLeftPart(UriPartial.Authority)}/devstoreaccount1;";

    public static async Task<AzuriteServer> StartAsync()
    {
        var script = AzuriteInstall.Ensure();
        var folder = Directory.CreateTempSubdirectory("oq-azurite-").FullName;
        var start = new ProcessStartInfo("node", [script, "--blobHost", "127.0.0.1", "--blobPort", "0", "--location", folder, "--silent", "--disableTelemetry"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, output) =>
        {
            if (output.Data is null)
            {
                address.TrySetException(new InvalidOperationException("Azurite ended before it listened."));
            }
            else if (output.Data.IndexOf(Listens, StringComparison.Ordinal) is var at and >= 0)
            {
                address.TrySetResult(new Uri(output.Data[(at + Listens.Length)..].Trim()));
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new AzuriteServer(process, folder, await address.Task);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
