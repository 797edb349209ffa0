using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using OrleansQueue.Processes;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>What the web pages answer, and to whom.</summary>
public sealed class PageTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = Patience.Long };

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_dashboard_and_the_health_checks_answer_on_this_machine_and_the_live_log_does_not()
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using var process = await silo.StartReadyAsync();

        using var page = await _http.GetAsync($"{silo.Url}/orleans");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<html", await page.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        using var root = await _http.GetAsync(silo.Url);
        Assert.Equal(HttpStatusCode.OK, root.StatusCode);
        using var log = await _http.GetAsync($"{silo.Url}/orleans/Trace", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.Forbidden, log.StatusCode);
        Assert.Equal("Healthy", await _http.GetStringAsync($"{silo.Url}/health/live"));
        Assert.Equal("Healthy", await _http.GetStringAsync($"{silo.Url}/health/ready"));
        Assert.DoesNotContain(process.Out.All, line => line.Contains("other machines", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_page_of_another_name_does_not_reach_the_dashboard_through_the_browser_of_this_machine()
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using var process = await silo.StartReadyAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{silo.Url}/orleans/") { Headers = { Host = "evil.example" } };

        using var answer = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task From_another_address_only_the_health_checks_answer_and_the_start_says_so()
    {
        var silo = SiloProgram.In(_folder["data"], "0.0.0.0");
        await using var process = await silo.StartReadyAsync();

        var line = Assert.Single(process.Out.All, printed => printed.Contains("other machines", StringComparison.Ordinal));
        Assert.Contains("/health", line, StringComparison.Ordinal);
        if (OwnAddress() is { } address)
        {
            var url = silo.Url.Replace("0.0.0.0", address.ToString(), StringComparison.Ordinal);
            using var page = await _http.GetAsync($"{url}/orleans/");
            Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
            Assert.Equal("Healthy", await _http.GetStringAsync($"{url}/health/live"));
            Assert.Equal("Healthy", await _http.GetStringAsync($"{url}/health/ready"));
        }

        using var here = await _http.GetAsync($"{silo.Url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)}/orleans/");
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
    }

    [Theory]
    [InlineData("/health/live", "192.0.2.7", "silo.example", true)]
    [InlineData("/health", "192.0.2.7", "silo.example", true)]
    [InlineData("/healthy", "192.0.2.7", "silo.example", false)]
    [InlineData("/Health/live", "192.0.2.7", "silo.example", false)]
    [InlineData("/orleans", "127.0.0.1", "localhost", true)]
    [InlineData("/orleans", "127.0.0.1", "LOCALHOST", true)]
    [InlineData("/orleans", "127.0.0.2", "127.0.0.1", true)]
    [InlineData("/orleans", "::1", "[::1]", true)]
    [InlineData("/orleans", "::ffff:127.0.0.1", "127.0.0.1", true)]
    [InlineData("/orleans", "192.0.2.7", "localhost", false)]
    [InlineData("/orleans", "::ffff:192.0.2.7", "localhost", false)]
    [InlineData("/orleans", null, "localhost", false)]
    [InlineData("/orleans", "127.0.0.1", "evil.example", false)]
    [InlineData("/orleans", "127.0.0.1", "localhost.evil.example", false)]
    [InlineData("/orleans", "127.0.0.1", "127.0.0.1.evil.example", false)]
    [InlineData("/orleans", "127.0.0.1", "", false)]
    [InlineData("/", "127.0.0.1", "192.0.2.7", false)]
    public void Pages_answer_to_this_machine_under_its_own_name_only(string path, string? remote, string host, bool allowed) =>
        Assert.Equal(allowed, LoopbackOnly.IsAllowed(new PathString(path), remote is null ? null : IPAddress.Parse(remote), host));

    [Theory]
    [InlineData("http://127.0.0.1:8080", true)]
    [InlineData("http://localhost:8080", true)]
    [InlineData("http://[::1]:8080", true)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://[::]:8080", false)]
    public void An_address_that_others_reach_is_told_from_one_that_they_do_not(string url, bool loopback) => Assert.Equal(loopback, LoopbackOnly.IsLoopback([url]));

    private static IPAddress? OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(network => network.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
