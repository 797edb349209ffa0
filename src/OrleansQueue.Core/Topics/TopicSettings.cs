using OrleansQueue.Batches;

namespace OrleansQueue.Topics;

/// <summary>What becomes of a publish when a partition holds as many bytes as its topic allows.</summary>
public enum WhenFull
{
    /// <summary>It is refused until retention by time makes room. The default: nothing is lost that nobody read.</summary>
    Refuse = 0,

    /// <summary>The oldest segments make room for it, whoever has not read them.</summary>
    DropOldest = 1,
}

/// <summary>Where dead letters come from.</summary>
/// <param name="Group">The group that could not process them.</param>
/// <param name="Topic">The name of the topic that they were published to.</param>
public sealed record DeadLetterOrigin(string Group, string Topic)
{
    /// <summary>The topic and the group, for people.</summary>
    public override string ToString() => $"topic {Topic}, group {Group}";
}

/// <summary>The settings of a topic.</summary>
public sealed record TopicSettings
{
    /// <summary>The most partitions that a topic may have.</summary>
    public const int MaxPartitions = 10_000;

    /// <summary>How many partitions. Default: 4, some parallelism for any topic at little cost. It can grow later, which moves keys, and never shrink.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>What an acknowledged record survives. Default: <see cref="Durability.Fsync"/>.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>How long a record stays after its append, longer where a queue group has not finished it; null for ever. Default: 7 days.</summary>
    public TimeSpan? RetentionTime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many bytes a partition may hold; null, the default, for no limit.</summary>
    public long? RetentionBytes { get; init; }

    /// <summary>What becomes of a publish when a partition holds <see cref="RetentionBytes"/>. Default: <see cref="WhenFull.Refuse"/>.</summary>
    public WhenFull WhenFull { get; init; }

    /// <summary>Whose clock the timestamps of records come from. Default: the silo's, which never falls within a partition.</summary>
    public TimestampKind Timestamps { get; init; } = TimestampKind.Append;

    /// <summary>Whether batches in codecs that the broker cannot open are taken. Default: no, since it could not check what they hold.</summary>
    public bool AcceptForeignCodecs { get; init; }

    /// <summary>
    /// Whether the number of partitions stays as it is: growing, which moves keys to other partitions, is refused. Topics that Orleans streams read have it. It needs
    /// format level 2. Default: no.
    /// </summary>
    public bool FixedPartitions { get; init; }

    /// <summary>Whose dead letters the topic holds; null, the default, where it is no dead-letter topic. Only the broker makes those.</summary>
    public DeadLetterOrigin? DeadLettersOf { get; init; }

    /// <summary>The lowest level of the formats at which the settings can be written.</summary>
    internal FormatLevel NeededLevel => FixedPartitions ? new(2) : FormatLevel.First;

    /// <summary>What is wrong with the settings, or null.</summary>
    public Refusal? Check() => this switch
    {
        { Partitions: < 1 or > MaxPartitions } => Refusal.Of("partitions", Partitions, $"1 to {MaxPartitions}"),
        { Durability: < Durability.Fsync or > Durability.Memory } => Refusal.Of("durability", (long)Durability, "fsync, os or memory"),
        { RetentionTime: { } time } when time < TimeSpan.FromSeconds(1) => Refusal.OfText("retention time", time.ToString(), "1 second or more"),
        { RetentionBytes: < 1 } => Refusal.Of("retention bytes", RetentionBytes.Value, "1 or more"),
        { WhenFull: < WhenFull.Refuse or > WhenFull.DropOldest } => Refusal.Of("when full", (long)WhenFull, "refuse or drop-oldest"),
        { Timestamps: < TimestampKind.Create or > TimestampKind.Append } => Refusal.Of("timestamps", (long)Timestamps, "append or create"),
        _ => null,
    };

    /// <summary>What is wrong with putting these settings in place of <paramref name="before"/>, or null.</summary>
    public Refusal? CheckChange(TopicSettings before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return Check()
            ?? (Partitions < before.Partitions ? Refusal.Of("partitions", Partitions, $"{before.Partitions} or more, as partitions cannot be taken away") : null)
            ?? (Partitions > before.Partitions && FixedPartitions && before.FixedPartitions ? Refusal.Of("partitions", Partitions, $"{before.Partitions}, as the topic's growth is refused") : null)
            ?? (Durability != before.Durability ? Refusal.OfText("durability", Durability.ToString(), $"{before.Durability}, as it was created") : null)
            ?? (DeadLettersOf != before.DeadLettersOf ? Refusal.OfText("dead letters of", DeadLettersOf?.ToString() ?? "nobody", $"{before.DeadLettersOf?.ToString() ?? "nobody"}, as it was created") : null);
    }
}
