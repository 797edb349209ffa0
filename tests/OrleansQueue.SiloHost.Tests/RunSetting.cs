using System.Globalization;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>How long a test runs, as the environment says; docs/long-runs.md lists the names.</summary>
internal static class RunSetting
{
    public static int Of(string name, int normally) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : normally;
}
