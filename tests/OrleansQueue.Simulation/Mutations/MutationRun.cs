using System.Diagnostics;
using System.Globalization;

namespace OrleansQueue.Simulation.Mutations;

/// <summary>Puts each mutation into a copy of the code, builds that, and lets seeds look for it.</summary>
internal sealed class MutationRun(string root, string copy, TextWriter told)
{
    private const int MostSeeds = 1_000;
    private const string Project = "tests/OrleansQueue.Simulation";

    private static readonly string[] Folders = ["src/OrleansQueue.Core", "src/OrleansQueue.Client", "tests/OrleansQueue.History", Project];

    /// <summary>Runs all mutations, or those whose name holds a text; answers whether every one of them was found.</summary>
    public static async Task<bool> RunAsync(string? only, TextWriter told)
    {
        var copy = Directory.CreateTempSubdirectory("oq-mutations").FullName;
        try
        {
            var run = new MutationRun(Repository.FindRoot(), copy, told);
            run.Copy();
            var found = true;
            foreach (var mutation in AllMutations.List.Where(mutation => only is null || mutation.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
            {
                found &= await run.IsFoundAsync(mutation);
            }

            return found;
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private void Copy()
    {
        foreach (var file in Directory.EnumerateFiles(root).Where(file => Path.GetFileName(file) is { } name && (name.StartsWith("Directory.", StringComparison.Ordinal) || name is "global.json")))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        foreach (var file in Folders.SelectMany(FilesOf).Concat(["src/Directory.Build.props", "src/BannedSymbols.txt", "tests/Directory.Build.props"]))
        {
            var to = Path.Combine(copy, file);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(Path.Combine(root, file), to);
        }
    }

    private IEnumerable<string> FilesOf(string folder) => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(root, file))
        .Where(file => !file.Split('/', '\\').Any(part => part is "bin" or "obj"));

    private async Task<bool> IsFoundAsync(Mutation mutation)
    {
        var before = mutation.Edits.Select(edit => PathOf(edit)).Distinct().ToDictionary(path => path, File.ReadAllText);
        try
        {
            foreach (var edit in mutation.Edits)
            {
                await File.WriteAllTextAsync(PathOf(edit), Repository.Replace(await File.ReadAllTextAsync(PathOf(edit)), edit));
            }

            var (built, output) = await DotnetAsync("build", Project, "-c", "Release", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "--disable-build-servers");
            if (built != 0)
            {
                await told.WriteLineAsync($"{mutation.Name}: does not build\n{output}");
                return false;
            }

            var (code, text) = await DotnetAsync(
                $"{Project}/bin/Release/net10.0/OrleansQueue.Simulation.dll", "--seeds", MostSeeds.ToString(CultureInfo.InvariantCulture), "--no-shrink");
            var line = text.Split('\n').FirstOrDefault(line => line.StartsWith("Seed ", StringComparison.Ordinal));
            await told.WriteLineAsync($"{mutation.Name,-70} {line ?? $"NOT FOUND in {MostSeeds} seeds (exit code {code})"}");
            return code == 1 && line is not null;
        }
        finally
        {
            foreach (var (path, text) in before)
            {
                await File.WriteAllTextAsync(path, text);
            }
        }
    }

    private string PathOf(Edit edit) => Path.Combine(copy, "src/OrleansQueue.Core", edit.File);

    private async Task<(int Code, string Output)> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = copy, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
