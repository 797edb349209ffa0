using System.CommandLine;
using OrleansQueue.Batches;
using OrleansQueue.Cli.Text;
using OrleansQueue.Topics;

namespace OrleansQueue.Cli.Commands;

/// <summary>What becomes of batches in codecs that the broker cannot open.</summary>
internal enum ForeignCodecs
{
    Refuse = 0,
    Accept = 1,
}

/// <summary>What becomes of a change that gives a topic more partitions.</summary>
internal enum Growth
{
    Allow = 0,
    Refuse = 1,
}

/// <summary>The options that are settings of a topic. What is not given stays as it was.</summary>
internal sealed class TopicOptions
{
    private readonly Option<int?> _partitions = new("--partitions") { Description = "How many partitions; they can only become more." };

    private readonly Option<Durability?> _durability = new("--durability")
    {
        Description = "What an acknowledged message survives: fsync, os or memory.",
        CustomParser = Words.Read<Durability>,
    };

    private readonly Option<Limit<TimeSpan>?> _retentionTime = new("--retention-time")
    {
        Description = "How long messages are kept, as 7d; none keeps them for ever.",
        CustomParser = Quantities.ReadTimeOrNone,
    };

    private readonly Option<Limit<long>?> _retentionBytes = new("--retention-bytes")
    {
        Description = "How many bytes a partition holds, as 10GB; none for any number.",
        CustomParser = Quantities.ReadSizeOrNone,
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

    private readonly Option<ForeignCodecs?> _foreignCodecs = new("--foreign-codecs")
    {
        Description = "What becomes of batches in codecs that the broker cannot open, which are snappy, lz4 and zstd: refuse or accept.",
        CustomParser = Words.Read<ForeignCodecs>,
    };

    private readonly Option<Growth?> _growth = new("--growth")
    {
        Description = "What becomes of a change that gives the topic more partitions, which moves keys to others: allow or refuse.",
        CustomParser = Words.Read<Growth>,
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _partitions, _durability, _retentionTime, _retentionBytes, _whenFull, _timestamps, _foreignCodecs, _growth })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The settings with what was given put in.</summary>
    public TopicSettings Apply(ParseResult options, TopicSettings settings) => settings with
    {
        Partitions = options.GetValue(_partitions) ?? settings.Partitions,
        Durability = options.GetValue(_durability) ?? settings.Durability,
        RetentionTime = options.GetValue(_retentionTime) is { } time ? time.Value : settings.RetentionTime,
        RetentionBytes = options.GetValue(_retentionBytes) is { } bytes ? bytes.Value : settings.RetentionBytes,
        WhenFull = options.GetValue(_whenFull) ?? settings.WhenFull,
        Timestamps = options.GetValue(_timestamps) ?? settings.Timestamps,
        AcceptForeignCodecs = options.GetValue(_foreignCodecs) is { } codecs ? codecs == ForeignCodecs.Accept : settings.AcceptForeignCodecs,
        FixedPartitions = options.GetValue(_growth) is { } growth ? growth == Growth.Refuse : settings.FixedPartitions,
    };
}
