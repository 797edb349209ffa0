using System.CommandLine;
using OrleansQueue.ClientDemo.Hosting;
using OrleansQueue.ClientDemo.Scenarios;
using OrleansQueue.ClientDemo.Scenarios.Orders;
using Spectre.Console;

namespace OrleansQueue.ClientDemo;

/// <summary>Runs the scenarios one after another and ends with 0 only if every check held.</summary>
internal static class DemoCommand
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int WrongUsage = 2;

    private static readonly IScenario[] Scenarios = [new SignUpScenario(), new ExperienceScenario(), new OrdersScenario()];

    private static readonly Option<string?> Cluster = new("--cluster") { Description = "Use this cluster: HOST:PORT[,HOST:PORT...]. Without it a silo is started inside this process, on a fresh folder." };

    private static readonly Option<string> ClusterId = new("--cluster-id") { Description = "The id of that cluster.", DefaultValueFactory = _ => "orleansqueue" };

    private static readonly Option<string?> One = new("--scenario") { Description = $"Run this one only: {string.Join(", ", Scenarios.Select(scenario => scenario.Name))}." };

    private static readonly Option<int> Messages = new("--messages") { Description = "How large a scenario is.", DefaultValueFactory = _ => 10_000 };

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("What applications do with OrleansQueue, each scenario checked to the last message.") { Cluster, ClusterId, One, Messages, WorkerCommand.Create() };
        command.SetAction(RunAsync);
        var parsed = command.Parse(args);
        if (parsed.Errors.Count != 0 || FindWrong(parsed) is not null)
        {
            await Console.Error.WriteLineAsync(parsed.Errors.Count != 0 ? string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)) : FindWrong(parsed));
            return WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

    private static string? FindWrong(ParseResult options) => options switch
    {
        _ when options.CommandResult.Command is not RootCommand => null,
        _ when options.GetValue(One) is { } name && Scenarios.All(scenario => scenario.Name != name) =>
            Refusal.OfText("--scenario", name, string.Join(", ", Scenarios.Select(scenario => scenario.Name))).ToString(),
        _ when options.GetValue(Cluster) is { } cluster && GatewayAddresses.Check(cluster) is { } wrong => wrong.ToString(),
        _ when options.GetValue(Messages) is < 100 or > 10_000_000 => Refusal.Of("--messages", options.GetValue(Messages), "100 to 10000000").ToString(),
        _ => null,
    };

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Capabilities.Ansi = false;
        }

        using var folder = new FreshFolder();
        try
        {
            // The scenarios' own grains live in the silo of this process, also where the messages go through another cluster.
            await using var silo = await DemoSilo.StartAsync(folder.Path, cancellationToken);
            var gateways = options.GetValue(Cluster) is { } cluster ? await GatewayAddresses.ResolveAsync(cluster, cancellationToken) : [silo.Gateway];
            var broker = new DemoBroker(gateways, options.GetValue(Cluster) is null ? DemoSilo.ClusterId : options.GetRequiredValue(ClusterId));
            await broker.ReachAsync(cancellationToken);
            var demo = new Demo(broker, silo, folder.Path, options.GetValue(Messages), options.GetValue(Cluster) is not null);
            var reports = new List<ScenarioReport>();
            foreach (var scenario in Scenarios.Where(scenario => options.GetValue(One) is not { } name || scenario.Name == name))
            {
                reports.Add(await ScenarioProgress.RunAsync(scenario, demo, cancellationToken));
            }

            ReportTable.Print(reports);
            return reports.TrueForAll(report => report.Problem is null) ? Done : Failed;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped before the end.");
            return Failed;
        }
        catch (Exception problem)
        {
            // What goes wrong within a scenario is in its row of the table; this is what keeps all of them from running.
            await Console.Error.WriteLineAsync(problem.Message.ReplaceLineEndings(" "));
            return Failed;
        }
    }
}
