namespace OrleansQueue.Processes;

/// <summary>Where the programs of the repository were built: each beside its project, in the same configuration as the tests.</summary>
internal static class BuiltPrograms
{
    public static string SiloHost => Built("silo-host", "silo-host.dll");

    public static string Oq => Built("src/OrleansQueue.Cli", "oq.dll");

    public static string ClientDemo => Built("client-demo", "client-demo.dll");

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    private static string Built(string project, string program)
    {
        // bin, configuration and framework are the last folders of the tests too.
        var output = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar)[^3..];
        return Path.Combine([Root, project, .. output, program]);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansQueue.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the tests holds OrleansQueue.sln.");
    }
}
