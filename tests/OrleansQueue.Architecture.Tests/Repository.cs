using System.Diagnostics;

namespace OrleansQueue.Architecture.Tests;

/// <summary>The repository as text: paths relative to its root, with forward slashes.</summary>
internal static class Repository
{
    private static readonly string[] BuildFolders = ["bin", "obj", "artifacts", ".git"];
    private static readonly Lazy<string> RootFolder = new(FindRoot);
    private static readonly Lazy<IReadOnlyList<string>> FileList = new(ListFiles);
    private static readonly Lazy<IReadOnlyList<string>> CSharpFileList = new(ListCSharpFiles);

    public static string Root => RootFolder.Value;

    /// <summary>Everything that is tracked, or would be if somebody said `git add .` now.</summary>
    public static IReadOnlyList<string> Files => FileList.Value;

    /// <summary>Ignored files are in here too, because the compiler takes them whether git does or not.</summary>
    public static IReadOnlyList<string> CSharpFiles => CSharpFileList.Value;

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path));

    /// <summary>Fails with every violation on a line of its own; Assert.Empty would show the first few only.</summary>
    public static void Holds(IEnumerable<string> violations)
    {
        List<string> found = [.. violations];
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansQueue.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the tests holds OrleansQueue.sln.");
    }

    private static List<string> ListFiles()
    {
        // The owner of a checkout in a container is often somebody else, and git then asks to be told that it is safe.
        ProcessStartInfo start = new("git",
            ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, $"git ls-files ended with {git.ExitCode}.");

        // A file that was deleted but not yet committed is still listed.
        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(Exists).Distinct().Order(StringComparer.Ordinal)];
    }

    private static List<string> ListCSharpFiles()
    {
        EnumerationOptions everywhere = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        IEnumerable<string> present = Directory.EnumerateFiles(Root, "*.cs", everywhere)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(BuildFolders.Contains));
        IEnumerable<string> tracked = Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal));
        return [.. present.Union(tracked).Order(StringComparer.Ordinal)];
    }
}
