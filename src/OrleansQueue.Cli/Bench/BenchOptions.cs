using System.CommandLine;
using System.Globalization;
using OrleansQueue.Cli.Text;
using OrleansQueue.Topics;

namespace OrleansQueue.Cli.Bench;

/// <summary>What a benchmark runs with.</summary>
/// <param name="Topic">The topic; created where it does not exist.</param>
/// <param name="Messages">How many messages are counted.</param>
/// <param name="Size">Bytes of each value.</param>
/// <param name="Partitions">How many partitions the topic has; null for those that it has, or 4 where it is created.</param>
/// <param name="Producers">How many producers publish side by side.</param>
/// <param name="Durability">The topic's durability; null for the one that it has, or fsync where it is created.</param>
/// <param name="Rate">Messages a second, where the benchmark keeps a rate.</param>
/// <param name="Queue">How messages are leased; of no meaning for other benchmarks than that of queue groups.</param>
internal sealed record BenchOptions(string Topic, long Messages, int Size, int? Partitions, int Producers, Durability? Durability, int Rate, QueueBenchOptions Queue)
{
    private const int DefaultPartitions = 4;
    private const long SecondsAtRate = 10;

    private static readonly Option<string?> TopicOption = new("--topic")
    {
        Description = "The topic; created where it does not exist. By default one of its own for each size, number of partitions and durability.",
    };

    private static readonly Option<long?> MessagesOption = new("--messages") { Description = "How many messages are counted: by default a million, and for latency those of ten seconds." };

    private static readonly Option<long?> SizeOption = new("--size")
    {
        Description = "The size of a message's value, as 100B or 1KiB.",
        DefaultValueFactory = _ => 1 << 10,
        CustomParser = Quantities.ReadSize,
    };

    private static readonly Option<int?> PartitionsOption = new("--partitions") { Description = "How many partitions the topic has, or is created with: 4 by default." };

    private static readonly Option<int> ProducersOption = new("--producers") { Description = "How many producers publish side by side.", DefaultValueFactory = _ => 1 };

    private static readonly Option<Durability?> DurabilityOption = new("--durability")
    {
        Description = "The durability that the topic has, or is created with: fsync, the default, os or memory.",
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

    /// <summary>What the topic is created with.</summary>
    public TopicSettings NewTopic { get; } = new() { Partitions = Partitions ?? DefaultPartitions, Durability = Durability ?? OrleansQueue.Durability.Fsync };

    /// <summary>What is wrong with the options, or null.</summary>
    public static string? FindWrong(ParseResult options, bool hasRate)
    {
        var rate = hasRate ? Check("--rate", options.GetValue(RateOption), 1, 1_000_000) : null;
        return (rate
            ?? Check("--messages", options.GetValue(MessagesOption), 1, hasRate ? 10_000_000 : 1_000_000_000_000)
            ?? Check("--size", options.GetValue(SizeOption), BenchMessage.LeastSize, 1 << 20)
            ?? Check("--partitions", options.GetValue(PartitionsOption), 1, TopicSettings.MaxPartitions)
            ?? Check("--producers", options.GetValue(ProducersOption), 1, 64))?.ToString()
            ?? QueueBenchOptions.FindWrong(options);
    }

    /// <summary>The options; nothing is wrong with them.</summary>
    public static BenchOptions Read(ParseResult options, bool hasRate)
    {
        var rate = hasRate ? options.GetValue(RateOption) : 0;
        var (size, partitions, durability) = ((int)(options.GetValue(SizeOption) ?? 0), options.GetValue(PartitionsOption), options.GetValue(DurabilityOption));
        var queue = QueueBenchOptions.Read(options);
        return new BenchOptions(
            options.GetValue(TopicOption) ?? $"{TopicOf(size, partitions ?? DefaultPartitions, durability ?? OrleansQueue.Durability.Fsync)}{queue.EndOfTopic}",
            options.GetValue(MessagesOption) ?? (hasRate ? rate * SecondsAtRate : 1_000_000),
            size,
            partitions,
            options.GetValue(ProducersOption),
            durability,
            rate,
            queue);
    }

    /// <summary>Why a topic that is there cannot stand for the one that was asked for, or null: what was measured on it would bear a wrong name.</summary>
    public Refusal? FindDifference(TopicSettings there) => this switch
    {
        { Partitions: { } partitions } when partitions != there.Partitions => Refusal.Of("--partitions", partitions, $"{there.Partitions}, as topic {Topic} has, or another --topic"),
        { Durability: { } durability } when durability != there.Durability =>
            Refusal.OfText("--durability", Words.Of(durability), $"{Words.Of(there.Durability)}, as topic {Topic} has, or another --topic"),
        _ => null,
    };

    /// <summary>The topic where none is named: only messages of one size can be read back, and only one kind of topic is measured at a time.</summary>
    private static string TopicOf(int size, int partitions, Durability durability) =>
        string.Create(CultureInfo.InvariantCulture, $"bench-{size}B-{partitions}p-{Words.Of(durability)}");

    public static Refusal? Check(string option, long? value, long least, long most) =>
        value is null || (value >= least && value <= most) ? null : Refusal.Of(option, value.Value, $"{least} to {most}");
}
