using OrleansQueue.Processes;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests.Cluster;

/// <summary>
/// The demo on three silos, one of which is killed in the middle of each scenario and starts again. What applications do is done all the
/// same. <c>OQ_CLUSTER_DEMO_MESSAGES</c> says how large a scenario is.
/// </summary>
[Collection(ClusterTests.Name)]
public sealed class ClusterDemoTest(ClusterServers servers, ITestOutputHelper report)
{
    private const int Silos = 3;

    private static readonly string[] Scenarios = ["signup", "exp", "orders"];

    [Fact]
    public async Task Every_scenario_holds_though_a_silo_is_killed_in_the_middle_of_it()
    {
        var messages = RunSetting.Of("OQ_CLUSTER_DEMO_MESSAGES", 2_000);
        await using var silos = new ClusterSilos(await servers.NewClusterAsync(Silos));
        await silos.StartAsync();
        using var folder = new TempFolder();
        string[] arguments = ["--cluster", string.Join(',', silos.Programs.Select(silo => silo.Cluster)), "--messages", $"{messages}"];
        await using var demo = RunningProcess.Start(BuiltPrograms.ClientDemo, folder.Path, arguments);
        for (var silo = 0; silo < Silos; silo++)
        {
            // The first line of a scenario is that nothing of it is done.
            var begun = await demo.Out.FirstAsync(line => line.StartsWith($"{Scenarios[silo]}: ", StringComparison.Ordinal) && !line.EndsWith(": 0%", StringComparison.Ordinal));
            report.WriteLine($"Silo {silo} is killed at {begun}");
            await silos.KillAsync(silo, () => Task.CompletedTask);
        }

        var code = await demo.EndAsync();
        report.WriteLine($"{demo.Out}");
        Assert.True(code == 0, $"{demo.Out}\n{demo.Error}");
        Assert.All(Scenarios, scenario => Assert.Equal("ok", CheckOf(demo, scenario)));
    }

    private static string CheckOf(RunningProcess demo, string scenario) =>
        demo.Out.All.Single(line => line.Split('│').ElementAtOrDefault(1)?.Trim() == scenario).Split('│')[^2].Trim();
}
