using System.Globalization;
using System.Reflection;
using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Docs;

/// <summary>The page of all options: their names, types and defaults from the code, their meaning from its documentation.</summary>
internal static class OptionsPage
{
    private static readonly (Type Type, string Title)[] Options =
    [
        (typeof(OrleansQueueOptions), "The broker on a silo: `AddOrleansQueue(q => q.ConfigureSilo(o => ...))`"),
        (typeof(TopicSettings), "A topic: `AddTopic<T>(name, t => ...)`, `oq topic create`"),
        (typeof(GroupSettings), "A group, when it is created"),
        (typeof(QueueSettings), "A queue group, when it is created"),
        (typeof(BreakerSettings), "When a queue group is paused for its failures"),
        (typeof(ClientOptions), "A client: `ConfigureClient(o => o with { ... })`"),
        (typeof(ProducerOptions), "A producer"),
        (typeof(PublishOptions), "A single publish"),
        (typeof(ReaderOptions), "A reader without a group"),
        (typeof(ConsumerOptions), "A member of a group"),
        (typeof(StreamHandlerOptions), "Handlers of a stream group: `AddStreamHandler<T, THandler>(topic, group, o => ...)`"),
        (typeof(StreamBatchHandlerOptions), "Handlers of batches: `AddStreamBatchHandler<T, THandler>(topic, group, o => ...)`"),
        (typeof(QueueConsumerOptions), "A member of a queue group"),
        (typeof(QueueHandlerOptions), "Handlers of a queue group: `AddQueueHandler<T, THandler>(topic, group, o => ...)`"),
        (typeof(RetryPolicy), "What becomes of messages of a queue group whose handler threw a certain exception: `o.On<TException>(new RetryPolicy { ... })`"),
        (typeof(OrleansQueueStreamOptions), "Orleans' streams on a silo: `AddOrleansQueueStreams(name, o => o.AddTopic(...))`"),
        (typeof(QueueBatchHandlerOptions), "Handlers of batches of a queue group: `AddQueueBatchHandler<T, THandler>(topic, group, o => ...)`"),
    ];

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("# Options\n\nMade from the code by `OptionsPageTests`, which fails where this page says something else. Those of the program silo-host are in\n[silo-host](silo-host.md).\n");
        foreach (var (type, title) in Options)
        {
            var comments = XmlComments.Of(type.Assembly);
            var example = Activator.CreateInstance(type)!;
            page.Append(CultureInfo.InvariantCulture, $"\n## {type.Name}\n\n{title}.\n\n| option | default | meaning |\n|---|---|---|\n");
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
            {
                page.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {Text(property.GetValue(example))} | {comments.SummaryOf(property).Replace("|", "\\|", StringComparison.Ordinal)} |\n");
            }
        }

        return page.ToString();
    }

    private static string Text(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "true" : "false",
        int or long when Convert.ToInt64(value, CultureInfo.InvariantCulture) is >= 1 << 10 and var bytes && bytes % (1 << 10) == 0 => Size(bytes),
        string { Length: 0 } => "empty",
        TimeSpan time => Time(time),
        TaskScheduler => "the thread pool",
        Microsoft.Extensions.Logging.ILoggerFactory => "nowhere",
        System.Collections.ICollection { Count: 0 } => "none",
        OffsetQuery query => query.GetType().Name,
        StartAt start => start == StartAt.End ? "End" : start == StartAt.Earliest ? "Earliest" : start.ToString()!,
        MessageKey => "none",
        _ when IsMachineOwn(value) => "the machine's",
        _ when value.GetType().GetMethod("Check", Type.EmptyTypes) is not null => $"its own, see {value.GetType().Name}",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    // What differs from machine to machine is told in the meaning.
    private static bool IsMachineOwn(object value) => value is string name && name == Environment.MachineName;

    private static string Size(long bytes) => bytes % (1 << 20) == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10} KiB");

    private static string Time(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0",
        _ when time < TimeSpan.FromSeconds(1) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds} ms"),
        _ when time < TimeSpan.FromMinutes(2) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s"),
        _ when time < TimeSpan.FromDays(1) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays} days"),
    };
}
