using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Storage;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>Topics for tests; those whose written form is checked in must never change.</summary>
internal static class TopicExamples
{
    public static readonly TopicId Id = new(new Guid("0197a000-0000-7000-8000-0000000000aa"));

    /// <summary>A topic of which every setting is the default.</summary>
    public static TopicDescription Plain { get; } = new("plain", new(new Guid("0197a000-0000-7000-8000-0000000000bb")), new TopicSettings(), Version: 1);

    /// <summary>A topic of which no setting is the default.</summary>
    public static TopicDescription Full { get; } = new("orders.v2", Id, Others, Version: 3);

    private static TopicSettings Others => new()
    {
        Partitions = 12,
        Durability = Durability.Os,
        RetentionTime = TimeSpan.FromMinutes(90),
        RetentionBytes = 5_000_000_000,
        WhenFull = WhenFull.DropOldest,
        Timestamps = TimestampKind.Create,
        AcceptForeignCodecs = true,
    };

    /// <summary>A topic that keeps its records for ever.</summary>
    public static TopicDescription Endless { get; } = new("endless", new(new Guid("0197a000-0000-7000-8000-0000000000cc")), new TopicSettings { RetentionTime = null }, Version: 2);

    /// <summary>A topic of the broker's own.</summary>
    public static TopicDescription DeadLetters { get; } = new(
        "__dead.0123456789abcdef0123456789abcdef",
        new(new Guid("0197a000-0000-7000-8000-0000000000dd")),
        new TopicSettings { Partitions = 1, RetentionTime = TimeSpan.FromDays(30), DeadLettersOf = new DeadLetterOrigin("billing", "orders.v2") },
        Version: 1);

    /// <summary>A topic whose number of partitions stays as it is, which level 2 brought.</summary>
    public static TopicDescription Fixed { get; } = new("fixed", new(new Guid("0197a000-0000-7000-8000-0000000000ee")), new TopicSettings { FixedPartitions = true }, Version: 1);

    /// <summary>As a version had it that knew level 1 alone, and wrote most of what is checked in.</summary>
    public static FormatLevels LevelOne { get; } = new(new FormatRange(FormatLevel.First, FormatLevel.First), FormatLevel.First);

    /// <summary>A file that is checked in.</summary>
    public static string Golden(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Formats", "topics", name));
}
