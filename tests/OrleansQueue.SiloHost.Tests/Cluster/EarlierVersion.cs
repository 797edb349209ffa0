using System.Diagnostics;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>silo-host of an earlier version of this repository, built from a work tree of that version which is gone at the end.</summary>
internal sealed class EarlierVersion : IAsyncDisposable
{
    /// <summary>The first version of which silos may run beside today's.</summary>
    public const string Tag = "compat-1";

    // What the tag names, for a clone without tags.
    private const string Commit = "7c34f88ecb9af66bb267f7cae04dbf35dbd4feb7";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly TempFolder _folder = new();

    private string Tree => _folder["tree"];

    /// <summary>The program.</summary>
    public string SiloHost => _folder[Path.Combine("silo-host", "silo-host.dll")];

    public static async Task<EarlierVersion> BuildAsync()
    {
        var earlier = new EarlierVersion();
        try
        {
            var (found, _) = await RunAsync(BuiltPrograms.Root, "git", "rev-parse", "--verify", "--quiet", $"refs/tags/{Tag}^{{commit}}");
            await DoneAsync(BuiltPrograms.Root, "git", "worktree", "add", "--detach", earlier.Tree, found == 0 ? Tag : Commit);
            await DoneAsync(earlier.Tree, "dotnet", "publish", "silo-host", "--configuration", "Release", "--output", earlier._folder["silo-host"], "-nodeReuse:false");
            return earlier;
        }
        catch
        {
            await earlier.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync(BuiltPrograms.Root, "git", "worktree", "remove", "--force", Tree);
        _folder.Dispose();
    }

    private static async Task DoneAsync(string folder, string program, params string[] arguments)
    {
        var (code, output) = await RunAsync(folder, program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}; the earlier version is in the history of the repository, which this clone must have:\n{output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // What the build of the tests says of itself to what it starts is not meant for another build.
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Longest);
        return (process.ExitCode, await output + await error);
    }
}
