using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>How a silo starts, and what it says where it cannot.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_ready_line_names_version_storage_gateway_and_page()
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using var process = await silo.StartReadyAsync();

        var line = await process.Out.BeginningAsync(SiloProgram.Ready);

        Assert.Matches("version [0-9]+\\.[0-9]+\\.[0-9]+", line);
        Assert.Contains($"storage files in {_folder["data"]}", line, StringComparison.Ordinal);
        Assert.Contains($"gateway {silo.Cluster}", line, StringComparison.Ordinal);
        Assert.Contains($"page {silo.Url}/orleans", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_come_with_the_program_count_wherever_it_is_started_from()
    {
        var silo = SiloProgram.In("data");
        await using var process = RunningProcess.Start(BuiltPrograms.SiloHost, _folder.Path,
        [
            string.Create(CultureInfo.InvariantCulture, $"--Silo:Port={silo.Port}"),
            string.Create(CultureInfo.InvariantCulture, $"--Silo:GatewayPort={silo.GatewayPort}"),
            $"--Urls={silo.Url}",
        ]);

        var line = await process.Out.BeginningAsync(SiloProgram.Ready);

        Assert.Contains($"storage files in {_folder["data"]}", line, StringComparison.Ordinal);
        Assert.DoesNotContain(process.Out.All, printed => printed.StartsWith("info: Orleans.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OrleansQueue:Storage", "floppy", "files, azure-blobs or memory")]
    [InlineData("OrleansQueue:Files:Path", "", "not empty")]
    [InlineData("OrleansQueue:Topics:AutoCreate", "maybe", "true or false")]
    [InlineData("OrleansQueue:Topics:DefaultPartitions", "0", "1 to 10000")]
    [InlineData("OrleansQueue:Topics:DefaultPartitions", "10001", "1 to 10000")]
    [InlineData("OrleansQueue:Topics:DefaultPartitions", "four", "1 to 10000")]
    [InlineData("OrleansQueue:Topic:AutoCreate", "true", "OrleansQueue:Topics:AutoCreate")]
    [InlineData("Silo:Port", "0", "1 to 65535")]
    [InlineData("Silo:GatewayPort", "65536", "1 to 65535")]
    [InlineData("Silo:Prot", "11111", "Silo:Port")]
    [InlineData("Silo:Address", "here", "an IP address")]
    [InlineData("Silo:Address", "192.0.2.1", "an address of this machine")]
    [InlineData("Silo:Address", "0.0.0.0", "not all of them")]
    [InlineData("Silo:Address", "::", "not all of them")]
    [InlineData("Orleans:ClusterId", "", "not empty")]
    [InlineData("Orleans:Clustering:ProviderType", "Floppy", "AdoNet, or nothing")]
    [InlineData("Silo:ProbeTimeout", "00:00:00.05", "00:00:00.1000000 to 00:05:00")]
    [InlineData("Silo:ProbeTimeout", "00:06:00", "00:00:00.1000000 to 00:05:00")]
    [InlineData("Silo:ProbeTimeout", "5s", "hours:minutes:seconds")]
    [InlineData("Silo:MissedProbes", "0", "1 to 100")]
    [InlineData("Silo:MissedProbes", "101", "1 to 100")]
    [InlineData("Urls", "somewhere", "http://HOST:PORT")]
    [InlineData("Urls", "ftp://127.0.0.1:21", "http://HOST:PORT")]
    public async Task A_setting_that_cannot_be_used_stops_the_start_with_one_line(string key, string value, string allowed)
    {
        await using var process = SiloProgram.In(_folder["data"]).Start($"--{key}={value}");

        Assert.Equal(1, await process.EndAsync());

        var line = Assert.Single(process.Error.All);
        Assert.StartsWith("OrleansQueue cannot start: ", line, StringComparison.Ordinal);
        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.Contains(value, line, StringComparison.Ordinal);
        Assert.Contains(allowed, line, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task One_port_for_silo_and_gateway_is_refused()
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using var process = silo.Start($"--Silo:GatewayPort={silo.Port}");

        Assert.Equal(1, await process.EndAsync());
        Assert.Contains("Silo:GatewayPort", Assert.Single(process.Error.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_where_the_folder_should_be_is_refused_and_kept()
    {
        await File.WriteAllTextAsync(_folder["data"], "mine");
        await using var process = SiloProgram.In(_folder["data"]).Start();

        Assert.Equal(1, await process.EndAsync());
        Assert.Contains("OrleansQueue:Files:Path", Assert.Single(process.Error.All), StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder["data"]));
    }

    [Fact]
    public async Task A_second_silo_on_a_folder_in_use_says_so_and_leaves_it_to_the_first()
    {
        var first = SiloProgram.In(_folder["data"]);
        await using var running = await first.StartReadyAsync();
        await Oq.To(first).DoneAsync("topic", "create", "t");

        // The first write into the write-ahead log lets a second file be made for later; until it is there, entries come by themselves.
        while (Directory.GetFiles(_folder["data/wal"]).Length < 2)
        {
            await Oq.To(first).DoneAsync("topic", "list");
        }

        var before = Entries();
        await using var second = SiloProgram.In(_folder["data"]).Start();

        Assert.Equal(1, await second.EndAsync());
        var line = Assert.Single(second.Error.All);
        Assert.Contains(_folder["data"], line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
        Assert.Equal(before, Entries());
        Assert.Single(await Oq.To(first).FedAsync("one\n", "produce", "t", "--receipts"));
        Assert.Equal("one", Assert.Single(await Oq.To(first).DoneAsync("consume", "t", "--from-beginning", "--max", "1")));

        string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("*")]
    [InlineData("pages.example")]
    public async Task A_port_of_the_pages_in_use_is_found_under_any_name_and_nothing_is_created(string host)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var silo = SiloProgram.In(_folder["data"]) with { Url = $"http://{host}:{((IPEndPoint)other.LocalEndpoint).Port}" };
        await using var process = silo.Start();

        Assert.Equal(1, await process.EndAsync());

        var line = Assert.Single(process.Error.All);
        Assert.Contains("Urls", line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("Silo:Port")]
    [InlineData("Silo:GatewayPort")]
    [InlineData("Urls")]
    public async Task A_port_in_use_stops_the_start_with_one_line_and_creates_nothing(string key)
    {
        var first = SiloProgram.In(_folder["first"]);
        await using var running = await first.StartReadyAsync();
        var second = SiloProgram.In(_folder["second"]);
        var same = key switch
        {
            "Silo:Port" => second with { Port = first.Port },
            "Silo:GatewayPort" => second with { GatewayPort = first.GatewayPort },
            _ => second with { Url = first.Url },
        };
        await using var process = same.Start();

        Assert.Equal(1, await process.EndAsync());

        var line = Assert.Single(process.Error.All);
        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.Contains("in use", line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["second"]));
        Assert.True(running.IsRunning);
    }
}
