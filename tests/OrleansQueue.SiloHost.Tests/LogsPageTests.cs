using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>docs/operating/logs.md knows every message that silos and applications log, and every metric.</summary>
public sealed partial class LogsPageTests
{
    private static readonly string[] Sources =
    [
        "src/OrleansQueue.Grains/Logging/LogMessages.cs", "src/OrleansQueue.Client/Consuming/ConsumerLog.cs",
        "src/OrleansQueue.Client/Handling/HandlerLog.cs", "src/OrleansQueue.Client/Hosting/HostingLog.cs",
        "src/OrleansQueue.Client/Queues/QueueLog.cs", "src/OrleansQueue.Streams/StreamLog.cs",
    ];

    private static readonly string Page = File.ReadAllText(At("docs/operating/logs.md"));

    [Fact]
    public void Every_event_id_stands_in_the_page_with_its_level() => Assert.All(Events(), logged =>
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $@"(?m)^\| {logged.Id} \| {logged.Level} \|"), Page));

    [Fact]
    public void The_page_has_no_event_that_is_not_logged() =>
        Assert.Equal(Events().Select(logged => logged.Id).Order(), PageRow().Matches(Page).Select(row => int.Parse(row.Groups[1].ValueSpan, CultureInfo.InvariantCulture)).Order());

    [Fact]
    public void Every_metric_stands_in_the_page()
    {
        string[] sources = ["src/OrleansQueue.Core/Telemetry/BrokerMetrics.cs", "src/OrleansQueue.Client/ClientTelemetry.cs"];
        var names = sources.SelectMany(source => MetricName().Matches(File.ReadAllText(At(source)))).Select(match => match.Groups[1].Value).ToArray();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", Page, StringComparison.Ordinal));
    }

    private static (int Id, string Level)[] Events()
    {
        var events = Sources.SelectMany(source => Logged().Matches(File.ReadAllText(At(source))))
            .Select(match => (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), match.Groups[2].Value)).ToArray();
        Assert.NotEmpty(events);
        return events;
    }

    private static string At(string path) => Path.Combine(Processes.BuiltPrograms.Root, path);

    [GeneratedRegex(@"LoggerMessage\((\d+), LogLevel\.(\w+)")]
    private static partial Regex Logged();

    [GeneratedRegex(@"^\| (\d{4}) \|", RegexOptions.Multiline)]
    private static partial Regex PageRow();

    [GeneratedRegex("\"(orleansqueue\\.[a-z._]+)\"")]
    private static partial Regex MetricName();
}
