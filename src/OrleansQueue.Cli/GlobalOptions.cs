using System.CommandLine;
using System.CommandLine.Parsing;

namespace OrleansQueue.Cli;

/// <summary>Options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<string> Cluster { get; } = new("--cluster")
    {
        Description = "Gateways of the cluster: HOST:PORT[,HOST:PORT...].",
        DefaultValueFactory = _ => "127.0.0.1:30000",
        Recursive = true,
        Validators = { RefuseWrongCluster },
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

    public static Option<bool> Details { get; } = new("--details")
    {
        Description = "Where a command fails, print the whole error with its place in the program instead of one line.",
        Recursive = true,
    };

    private static void RefuseWrongCluster(OptionResult given)
    {
        if (given.Tokens.Select(static token => GatewayAddresses.Check(token.Value)).FirstOrDefault(static wrong => wrong is not null) is { } wrong)
        {
            given.AddError(wrong.ToString());
        }
    }
}
