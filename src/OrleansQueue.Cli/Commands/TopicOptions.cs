using System.CommandLine;
using OrleansQueue.Batches;
using OrleansQueue.Cli.Text;
using OrleansQueue.Topics;

namespace OrleansQueue.Cli.Commands;

/// <summary>The options that are settings of a topic. What is not given stays as it was.</summary>
internal sealed class TopicOptions
{
    private readonly Option<int?> _partitions = new("--partitions") { Description = "How many partitions; they can only become more." };

    private readonly Option<Durability?> _durability = new("--durability")
    {
        Description = "What an acknowledged message survives: fsync, os or memory.",
        CustomParser = Words.Read<Durability>,
    };

    private readonly Option<TimeSpan?> _retentionTime = new("--retention-time")
    {
        Description = "How long messages are kept, as 7d.",
        CustomParser = Quantities.ReadTime,
    };

    private readonly Option<long?> _retentionBytes = new("--retention-bytes")
    {
        Description = "How many bytes a partition holds, as 10GB.",
        CustomParser = Quantities.ReadSize,
    };

    private readonly Option<WhenFull?> _whenFull = new("--when-full")
    {
        Description = "What becomes of a publish when a partition is full: refuse or drop-oldest.",
        CustomParser = Words.Read<WhenFull>,
    };

    private readonly Option<TimestampKind?> _timestamps = new("--timestamps")
    {
        Description = "Whose clock the timestamps come from: append or create.",
        CustomParser = Words.Read<TimestampKind>,
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _partitions, _durability, _retentionTime, _retentionBytes, _whenFull, _timestamps })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The settings with what was given put in.</summary>
    public TopicSettings Apply(ParseResult options, TopicSettings settings) => settings with
    {
        Partitions = options.GetValue(_partitions) ?? settings.Partitions,
        Durability = options.GetValue(_durability) ?? settings.Durability,
        RetentionTime = options.GetValue(_retentionTime) ?? settings.RetentionTime,
        RetentionBytes = options.GetValue(_retentionBytes) ?? settings.RetentionBytes,
        WhenFull = options.GetValue(_whenFull) ?? settings.WhenFull,
        Timestamps = options.GetValue(_timestamps) ?? settings.Timestamps,
    };
}
