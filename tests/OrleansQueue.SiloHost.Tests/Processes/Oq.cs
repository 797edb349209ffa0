using System.Text;

namespace OrleansQueue.Processes;

/// <summary>How a run of <c>oq</c> ended.</summary>
internal sealed record OqResult(int ExitCode, IReadOnlyList<string> Out, IReadOnlyList<string> Error)
{
    /// <summary>The one line on stderr.</summary>
    public string ErrorLine => Assert.Single(Error);
}

/// <summary><c>oq</c> as a process.</summary>
internal sealed class Oq(string folder, params string[] target)
{
    /// <summary>Speaks to a silo.</summary>
    public static Oq To(SiloProgram silo) => new(AppContext.BaseDirectory, "--cluster", silo.Cluster);

    /// <summary>Speaks to a cluster.</summary>
    public static Oq To(IReadOnlyList<SiloProgram> silos) => new(AppContext.BaseDirectory, "--cluster", string.Join(',', silos.Select(silo => silo.Cluster)));

    /// <summary>Starts a command whose input stays open.</summary>
    public RunningProcess Start(string[] arguments, Action<string>? onOutput = null) =>
        RunningProcess.Start(BuiltPrograms.Oq, folder, [.. arguments, .. target], onOutput);

    /// <summary>Runs a command without input to its end.</summary>
    public Task<OqResult> RunAsync(params string[] arguments) => FeedAsync("", arguments);

    /// <summary>Runs a command with input to its end.</summary>
    public Task<OqResult> FeedAsync(string input, params string[] arguments) => FeedAsync(Encoding.UTF8.GetBytes(input), arguments);

    /// <inheritdoc cref="FeedAsync(string, string[])"/>
    public async Task<OqResult> FeedAsync(byte[] input, params string[] arguments)
    {
        await using var process = Start(arguments);
        try
        {
            await process.Input.WriteAsync(input);
            process.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input.
        }

        return new OqResult(await process.EndAsync(), process.Out.All, process.Error.All);
    }

    /// <summary>Runs a command that must succeed; answers what it printed.</summary>
    public async Task<IReadOnlyList<string>> DoneAsync(params string[] arguments) => Done(await RunAsync(arguments));

    /// <summary>Runs a command with input that must succeed; answers what it printed.</summary>
    public async Task<IReadOnlyList<string>> FedAsync(string input, params string[] arguments) => Done(await FeedAsync(input, arguments));

    private static IReadOnlyList<string> Done(OqResult result)
    {
        Assert.True(result.ExitCode == 0, $"oq ended with {result.ExitCode}:\n{string.Join('\n', result.Error)}");
        return result.Out;
    }
}
