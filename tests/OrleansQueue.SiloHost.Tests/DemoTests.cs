using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>The demo checks itself; here small, with a silo of its own and on a silo-host.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_scenario_holds_on_a_silo_of_the_demos_own()
    {
        await using var demo = Start("--messages", "1000");

        Assert.True(await demo.EndAsync() == 0, $"{demo.Out}\n{demo.Error}");
        Assert.Equal(["scenario", "published", "processed", "retried", "dead-lettered", "seconds", "check"], RowOf(demo, "scenario"));
        Assert.Equal(["signup", "1999", "1998"], RowOf(demo, "signup")[..3]);
        Assert.Equal(["1", "ok"], [RowOf(demo, "signup")[4], RowOf(demo, "signup")[6]]);
        Assert.Equal(["exp", "2000", "1000"], RowOf(demo, "exp")[..3]);
        Assert.Equal(["0", "ok"], [RowOf(demo, "exp")[4], RowOf(demo, "exp")[6]]);

        // 50 of 1,000 orders are published twice; 20 fail once, one hangs once, and one fails all its four deliveries, until it is redriven.
        Assert.Equal(["orders", "1050", "1050", "24", "1"], RowOf(demo, "orders")[..5]);
        Assert.Equal("ok", RowOf(demo, "orders")[6]);
        Assert.Empty(demo.Error.All);
    }

    [Theory]
    [InlineData("signup")]
    [InlineData("exp")]
    [InlineData("orders")]
    public async Task A_scenario_holds_on_a_cluster_and_leaves_nothing_behind(string scenario)
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using var running = await silo.StartReadyAsync();

        await using var demo = Start("--cluster", silo.Cluster, "--scenario", scenario, "--messages", "1000");

        Assert.True(await demo.EndAsync() == 0, $"{demo.Out}\n{demo.Error}");
        Assert.Equal("ok", RowOf(demo, scenario)[6]);
        Assert.Empty(await Oq.To(silo).DoneAsync("topic", "list"));
        Assert.Empty(await Oq.To(silo).DoneAsync("group", "list"));
    }

    [Fact]
    public async Task Ctrl_C_ends_it_soon()
    {
        await using var demo = Start("--messages", "100000");
        await demo.Out.BeginningAsync("signup: ");

        await demo.SignalAsync("INT");

        Assert.Equal(1, await demo.EndAsync());
        Assert.Equal("Stopped before the end.", Assert.Single(demo.Error.All));
    }

    [Theory]
    [InlineData("--scenario", "nothing")]
    [InlineData("--messages", "99")]
    [InlineData("--cluster", "here")]
    public async Task What_is_wrong_is_said_in_one_line(string option, string value)
    {
        await using var demo = Start(option, value);

        Assert.Equal(2, await demo.EndAsync());
        Assert.Contains(value, Assert.Single(demo.Error.All), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere.invalid:30000")]
    [InlineData("127.0.0.1:1")]
    public async Task A_cluster_that_is_not_reached_is_said_in_one_line(string cluster)
    {
        await using var demo = Start("--cluster", cluster, "--messages", "100");

        Assert.Equal(1, await demo.EndAsync());
        Assert.Contains(cluster.Split(':')[0], Assert.Single(demo.Error.All), StringComparison.Ordinal);
    }

    private RunningProcess Start(params string[] arguments) => RunningProcess.Start(BuiltPrograms.ClientDemo, _folder["."], arguments);

    private static string[] RowOf(RunningProcess demo, string scenario) =>
        [.. demo.Out.All.Single(line => line.Split('│').ElementAtOrDefault(1)?.Trim() == scenario).Split('│')[1..^1].Select(cell => cell.Trim())];
}
