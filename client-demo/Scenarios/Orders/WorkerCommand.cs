using System.CommandLine;
using System.Globalization;
using System.Net;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>The command by which the demo starts itself once more, as a consumer of orders that can be killed. It works until its input ends, as that does when whoever started it is no more.</summary>
internal static class WorkerCommand
{
    private const string Name = "orders-worker";

    private static readonly Option<string> Cluster = new("--cluster") { Required = true };

    private static readonly Option<string> ClusterId = new("--cluster-id") { Required = true };

    private static readonly Option<string> Home = new("--home") { Description = "The gateway of the silo with the books.", Required = true };

    private static readonly Option<string> Orders = new("--orders") { Description = "The topic and the group.", Required = true };

    private static readonly Option<int?> HoldAfter = new("--hold-after") { Description = "After how many messages it holds what it gets, until it is killed." };

    public static Command Create()
    {
        var command = new Command(Name, "A part of scenario orders, which starts it.") { Cluster, ClusterId, Home, Orders, HoldAfter };
        command.Hidden = true;
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>What the command is to be called with.</summary>
    public static IEnumerable<string> ArgumentsOf(Demo demo, string orders, int? holdAfter)
    {
        string[] always = [Name, "--cluster", string.Join(',', demo.Broker.Gateways.AsEnumerable()), "--cluster-id", demo.Broker.ClusterId, "--home", demo.Home.Gateway.ToString(), "--orders", orders];
        return holdAfter is { } after ? [.. always, "--hold-after", after.ToString(CultureInfo.InvariantCulture)] : always;
    }

    private static async Task<int> RunAsync(ParseResult options, CancellationToken cancellationToken)
    {
        var broker = new DemoBroker([.. options.GetRequiredValue(Cluster).Split(',').Select(static gateway => IPEndPoint.Parse(gateway))], options.GetRequiredValue(ClusterId));
        var home = new DemoBroker([IPEndPoint.Parse(options.GetRequiredValue(Home))], DemoSilo.ClusterId);
        var lines = new WorkerLines(Console.Out);
        await using var books = await home.StartServiceAsync(static _ => { }, static _ => { }, cancellationToken);
        var consumer = new OrderConsumer(broker, new HomeGrains(books.Get<IGrainFactory>()), options.GetRequiredValue(Orders), lines);
        await using var working = await consumer.StartWorkerAsync(options.GetValue(HoldAfter), cancellationToken);
        lines.Begin();
        await Console.In.ReadToEndAsync(cancellationToken);
        return 0;
    }
}
