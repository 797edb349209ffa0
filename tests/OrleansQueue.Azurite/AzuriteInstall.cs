using System.Diagnostics;
using System.Reflection;

namespace OrleansQueue.Azurite;

/// <summary>Installs Azurite by npm, once for a checkout.</summary>
internal static class AzuriteInstall
{
    private static readonly string Folder = typeof(AzuriteInstall).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "AzuriteFolder").Value!;

    /// <summary>The script that is the blob service.</summary>
    /// <exception cref="InvalidOperationException">npm does not install it.</exception>
    public static string Ensure()
    {
        var script = Path.Combine(Folder, "node_modules", "azurite", "dist", "src", "blob", "main.js");
        var done = Path.Combine(Folder, "node_modules", ".installed");

        // Projects of tests may run side by side.
        using var alone = new Mutex(false, @"Global\orleansqueue-azurite");
        try
        {
            alone.WaitOne();
        }
        catch (AbandonedMutexException)
        {
            // Whoever had it was killed, and it is had now. Whether the installation was done is told by the file.
        }

        try
        {
            if (!File.Exists(done))
            {
                RunNpm();
                File.WriteAllText(done, "");
            }
        }
        finally
        {
            alone.ReleaseMutex();
        }

        return script;
    }

    private static void RunNpm()
    {
        var start = new ProcessStartInfo("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = Folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var npm = Process.Start(start)!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEnd();
        npm.WaitForExit();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"npm install of Azurite ended with {npm.ExitCode}: {errors}{output.Result}");
        }
    }
}
