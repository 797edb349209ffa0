using System.CommandLine;
using OrleansQueue.Cli.Text;

namespace OrleansQueue.Cli.Bench;

/// <summary>What a benchmark runs with.</summary>
/// <param name="Topic">The topic; created where it does not exist.</param>
/// <param name="Messages">How many messages are counted.</param>
/// <param name="Size">Bytes of each value.</param>
/// <param name="Partitions">Partitions of the topic where it is created.</param>
/// <param name="Producers">How many producers publish side by side.</param>
/// <param name="Durability">The topic's durability where it is created.</param>
/// <param name="Rate">Messages a second, where the benchmark keeps a rate.</param>
internal sealed record BenchOptions(string Topic, long Messages, int Size, int Partitions, int Producers, Durability Durability, int Rate)
{
    private const long SecondsAtRate = 10;

    private static readonly Option<string> TopicOption = new("--topic") { Description = "The topic; created where it does not exist.", DefaultValueFactory = _ => "bench" };

    private static readonly Option<long?> MessagesOption = new("--messages") { Description = "How many messages are counted: by default a million, and for latency those of ten seconds." };

    private static readonly Option<long?> SizeOption = new("--size")
    {
        Description = "The size of a message's value, as 100B or 1KiB.",
        DefaultValueFactory = _ => 1 << 10,
        CustomParser = Quantities.ReadSize,
    };

    private static readonly Option<int> PartitionsOption = new("--partitions") { Description = "Partitions of a topic that is created.", DefaultValueFactory = _ => 4 };

    private static readonly Option<int> ProducersOption = new("--producers") { Description = "How many producers publish side by side.", DefaultValueFactory = _ => 1 };

    private static readonly Option<Durability?> DurabilityOption = new("--durability")
    {
        Description = "Durability of a topic that is created: fsync, os or memory.",
        DefaultValueFactory = _ => OrleansQueue.Durability.Fsync,
        CustomParser = Words.Read<Durability>,
    };

    /// <summary>Of the benchmark that keeps a rate alone.</summary>
    public static Option<int> RateOption { get; } = new("--rate") { Description = "Messages a second.", DefaultValueFactory = _ => 10_000 };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { TopicOption, MessagesOption, SizeOption, PartitionsOption, ProducersOption, DurabilityOption })
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="CommandFailedException">An option is out of its range.</exception>
    public static BenchOptions Read(ParseResult options, bool hasRate)
    {
        var rate = hasRate ? (int)Within("--rate", options.GetValue(RateOption), 1, 1_000_000) : 0;
        return new BenchOptions(
            options.GetRequiredValue(TopicOption),
            Within("--messages", options.GetValue(MessagesOption) ?? (hasRate ? rate * SecondsAtRate : 1_000_000), 1, hasRate ? 10_000_000 : 1_000_000_000_000),
            (int)Within("--size", options.GetValue(SizeOption) ?? 0, BenchMessage.LeastSize, 1 << 20),
            (int)Within("--partitions", options.GetValue(PartitionsOption), 1, Topics.TopicSettings.MaxPartitions),
            (int)Within("--producers", options.GetValue(ProducersOption), 1, 64),
            options.GetValue(DurabilityOption) ?? Durability.Fsync,
            rate);
    }

    private static long Within(string option, long value, long least, long most) =>
        value >= least && value <= most ? value : throw new CommandFailedException(Refusal.Of(option, value, $"{least} to {most}").ToString());
}
