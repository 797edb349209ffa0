using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using OrleansQueue.Client.Tests.Support;
using OrleansQueue.Client.Tests.Typed;

namespace OrleansQueue.Client.Tests.Docs;

/// <summary>The page of headers names those that there are, in the order in which they are written.</summary>
public sealed partial class HeadersPageTests
{
    private static string[] OnThePage => [.. Row().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "formats", "headers.md"))).Select(match => match.Groups[1].Value)];

    [Fact]
    public void The_page_has_every_name_once()
    {
        var names = typeof(HeaderNames).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!);

        Assert.Equal(names.Where(name => name != HeaderNames.ReservedPrefix).Order(StringComparer.Ordinal), OnThePage.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_page_has_the_names_in_the_order_in_which_they_are_written() => Simulation.Run(async run =>
    {
        run.Broker.CreateTopic("orders", 1);
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.TraceStateString = "vendor=1";
        var everything = new PublishOptions
        {
            MessageId = "m-1",
            CorrelationId = "c-1",
            ReplyTo = "answers",
            TimeToLive = TimeSpan.FromHours(1),
            Headers = [new("own", "1")],
        };
        await using var producer = await run.Client.OpenProducerAsync(
            "orders", new TypedProducerOptions<TypedProducerTests.OrderPlaced> { TypeAlias = "order-placed", Serializer = new TypedProducerTests.Text() });
        await producer.PublishAsync(new("C-1", 1), everything);
        await using var reader = await run.Client.OpenReaderAsync("orders", new ReaderOptions { Start = StartAt.Earliest });
        var delivery = Assert.Single(await reader.TakeAsync(1));

        var dead = new FakePartition(run.Clock);
        await dead.AppendAsync(DeadLetterRecord.Of(delivery, "billing", 5, new InvalidDataException(), Timestamp.Now(run.Clock)));

        Assert.Equal(OnThePage.Where(name => name != HeaderNames.DeadReason), Assert.Single(Stored.In(dead)).Headers.Select(header => header.Name).Where(name => name != "own"));
        Assert.Equal(OnThePage.TakeWhile(name => name != HeaderNames.TraceParent).Append("own"), delivery.Headers.SkipLast(2).Select(header => header.Name));
    });

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansQueue.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the tests holds OrleansQueue.sln.");
    }

    [GeneratedRegex(@"^\| `([a-z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
