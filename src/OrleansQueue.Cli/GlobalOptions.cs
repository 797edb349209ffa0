using System.CommandLine;

namespace OrleansQueue.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<string> Cluster { get; } = new("--cluster")
    {
        Description = "Gateways of the cluster: HOST:PORT[,HOST:PORT...].",
        DefaultValueFactory = _ => "127.0.0.1:30000",
        Recursive = true,
    };

    public static Option<string> ClusterId { get; } = new("--cluster-id")
    {
        Description = "The cluster's id.",
        DefaultValueFactory = _ => "orleansqueue",
        Recursive = true,
    };

    public static Option<string?> Embedded { get; } = new("--embedded")
    {
        Description = "Run a silo inside this process on files in this folder, instead of using a cluster.",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON object per line on stdout; words for people go to stderr.",
        Recursive = true,
    };
}
