using System.CommandLine;
using System.Globalization;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>How the benchmark of queue groups leases.</summary>
/// <param name="Prefetch">How many messages its member holds at most.</param>
/// <param name="Keys">How many keys the messages have, each leased in its order; 0 where they have none, and no order.</param>
internal sealed record QueueBenchOptions(int Prefetch, int Keys)
{
    private const int DefaultKeys = 100_000;

    private static readonly int DefaultPrefetch = new QueueConsumerOptions().Prefetch;

    private static readonly Option<int?> PrefetchOption = new("--prefetch") { Description = "How many messages are held at most, leased and not settled: 500 by default." };

    private static readonly Option<bool> OrderedByKeyOption = new("--ordered-by-key") { Description = "Give the messages keys, and lease those of a key one after another." };

    private static readonly Option<int?> KeysOption = new("--keys") { Description = "With --ordered-by-key, how many keys there are: 100,000 by default." };

    /// <summary>What the name of the topic ends with where none is named: messages with keys are others than those without.</summary>
    public string EndOfTopic => Keys == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"-{Keys}keys");

    public static IEnumerable<Option> All => [PrefetchOption, OrderedByKeyOption, KeysOption];

    /// <summary>What is wrong with the options, or null.</summary>
    public static string? FindWrong(ParseResult options) =>
        options.GetValue(KeysOption) is not null && !options.GetValue(OrderedByKeyOption)
            ? "--keys needs --ordered-by-key."
            : (BenchOptions.Check("--prefetch", options.GetValue(PrefetchOption), 1, LeaseRequest.MostMessages)
                ?? BenchOptions.Check("--keys", options.GetValue(KeysOption), 1, 10_000_000))?.ToString();

    /// <summary>The options; nothing is wrong with them.</summary>
    public static QueueBenchOptions Read(ParseResult options) => new(
        options.GetValue(PrefetchOption) ?? DefaultPrefetch, options.GetValue(OrderedByKeyOption) ? options.GetValue(KeysOption) ?? DefaultKeys : 0);
}
