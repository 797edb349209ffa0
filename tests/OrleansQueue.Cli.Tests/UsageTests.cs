using System.Net;
using System.Net.Sockets;
using OrleansQueue.Broker;
using OrleansQueue.Cli.Connecting;
using OrleansQueue.Processes;

namespace OrleansQueue.Cli.Tests;

/// <summary>Exit codes that need no silo, and the silo inside the process.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("topic")]
    [InlineData("frobnicate")]
    [InlineData("topic create")]
    [InlineData("topic create a b")]
    [InlineData("topic delete a")]
    [InlineData("topic create a --partitions many")]
    [InlineData("topic create a --durability paper")]
    [InlineData("topic create a --retention-time 3")]
    [InlineData("topic create a --retention-bytes 3PB")]
    [InlineData("topic create a --retention consumed")]
    [InlineData("topic create a --foreign-codecs some")]
    [InlineData("topic list --cluster ,")]
    [InlineData("topic create a --priorities 3")]
    [InlineData("produce a --header novalue")]
    [InlineData("produce a --ttl soon")]
    [InlineData("produce a --priority 1")]
    [InlineData("produce a --delay 3s")]
    [InlineData("produce a --at 2026-01-31T12:00:00Z")]
    [InlineData("consume a --offset 3")]
    [InlineData("consume a --offset -1 --partition 0")]
    [InlineData("consume a --offset 3 --partition 0 --from-beginning")]
    [InlineData("consume a --from-beginning --at 2026-01-31T12:00:00Z")]
    [InlineData("consume a --at noon-ish")]
    [InlineData("consume a --max 0")]
    [InlineData("consume a --max few")]
    [InlineData("consume a --offset here --partition 0")]
    [InlineData("consume a --idle 5")]
    [InlineData("consume a --idle 0s")]
    [InlineData("consume a --idle 50d")]
    [InlineData("consume a --group g --offset 1 --partition 0")]
    [InlineData("consume a --filter x")]
    [InlineData("consume a --peek")]
    [InlineData("bench")]
    [InlineData("bench publish --size 15")]
    [InlineData("bench publish --size 2MiB")]
    [InlineData("bench publish --messages 0")]
    [InlineData("bench publish --producers 65")]
    [InlineData("bench publish --partitions 0")]
    [InlineData("bench latency --rate 0")]
    [InlineData("bench latency --messages 10000001")]
    [InlineData("bench publish --size big")]
    [InlineData("group")]
    [InlineData("group create g --topic t")]
    [InlineData("group create g --kind stream")]
    [InlineData("group reset g --topic t")]
    [InlineData("group create g --topic t --kind stream --lease 10s")]
    [InlineData("group create g --topic t --kind stream --max-deliveries 3")]
    [InlineData("group create g --topic t --kind stream --backoff 1s")]
    [InlineData("group create g --topic t --kind stream --max-backoff 1m")]
    [InlineData("group create g --topic t --kind stream --ordered-by-key")]
    [InlineData("group create g --topic t --kind queue --lease 10ms")]
    [InlineData("group create g --topic t --kind queue --max-deliveries 0")]
    [InlineData("group create g --topic t --kind queue --backoff 1m --max-backoff 1s")]
    [InlineData("bench queue --prefetch 0")]
    [InlineData("bench queue --prefetch 10001")]
    [InlineData("bench queue --keys 10")]
    [InlineData("bench queue --ordered-by-key --keys 0")]
    [InlineData("dead")]
    [InlineData("dead list t")]
    [InlineData("dead show t --group g")]
    [InlineData("dead show t --group g --id 5")]
    [InlineData("dead redrive t --group g")]
    [InlineData("dead redrive t --group g --all --id 0-5")]
    [InlineData("dead redrive t --group g --id 0-x")]
    [InlineData("dead purge t --group g")]
    public async Task Wrong_usage_is_2_and_says_what_is_wrong(string line)
    {
        var result = await new Oq(AppContext.BaseDirectory).RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task Help_is_0()
    {
        var result = await new Oq(AppContext.BaseDirectory).RunAsync("consume", "--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(result.Out, line => line.Contains("--from-beginning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_3_with_one_line_that_names_it()
    {
        var address = $"127.0.0.1:{FreePort.Take()}";

        var result = await new Oq(AppContext.BaseDirectory, "--cluster", address).RunAsync("topic", "list");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains(address, result.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public async Task A_cluster_that_takes_connections_and_says_nothing_is_3_too()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();

        var result = await new Oq(AppContext.BaseDirectory, "--cluster", $"{mute.LocalEndpoint}").RunAsync("topic", "list");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"{mute.LocalEndpoint}", result.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.1:70000")]
    public async Task An_address_that_cannot_be_read_is_refused_at_once(string address)
    {
        var result = await new Oq(AppContext.BaseDirectory, "--cluster", address).RunAsync("topic", "list");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--cluster", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_3_with_one_line_that_names_it()
    {
        var result = await new Oq(AppContext.BaseDirectory, "--cluster", "nowhere.invalid:30000").RunAsync("topic", "list");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("nowhere.invalid", result.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_embedded_silo_takes_the_time_that_it_needs_to_start()
    {
        var limit = TimeSpan.FromTicks(1);
        var cluster = CommandLine.Build().Parse(["topic", "list", "--cluster", $"127.0.0.1:{FreePort.Take()}"]);
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => Connection.OpenAsync(cluster, limit, CancellationToken.None));

        await using var connection = await Connection.OpenAsync(CommandLine.Build().Parse(["topic", "list", "--embedded", _folder["data"]]), limit, CancellationToken.None);

        Assert.Empty((await connection.Broker.ListTopicsAsync(null, 10, CancellationToken.None)).Topics);
    }

    [Fact]
    public async Task An_embedded_silo_keeps_its_files_from_one_command_to_the_next()
    {
        var oq = new Oq(_folder.Path, "--embedded", "data");

        Assert.Single(await oq.DoneAsync("topic", "create", "t", "--partitions", "1", "--json"));
        Assert.Equal("""{"line":1,"partition":0,"offset":0,"durability":"fsync","duplicate":false}""", Assert.Single(await oq.FedAsync("one\n", "produce", "t", "--receipts")));
        Assert.Equal(["one"], await oq.DoneAsync("consume", "t", "--from-beginning", "--max", "1"));
        Assert.True(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task An_embedded_silo_on_a_folder_in_use_is_1_with_one_line()
    {
        var oq = new Oq(_folder.Path, "--embedded", "data");
        await oq.DoneAsync("topic", "create", "t", "--partitions", "1");
        await using var first = oq.Start(["produce", "t", "--receipts"]);
        await first.Input.WriteAsync("one\n"u8.ToArray());
        await first.Input.FlushAsync();
        await first.Out.BeginningAsync("{\"line\":1,");

        var result = await oq.RunAsync("topic", "list");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("in use", result.ErrorLine, StringComparison.Ordinal);
        first.Input.Close();
        Assert.Equal(0, await first.EndAsync());
    }
}
