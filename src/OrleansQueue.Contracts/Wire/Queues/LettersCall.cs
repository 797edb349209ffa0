using OrleansQueue.Broker;

namespace OrleansQueue.Contracts.Wire.Queues;

/// <summary>Which dead letters are to be redriven or purged; null for all.</summary>
[GenerateSerializer, Immutable, Alias("oq.letters-call")]
internal readonly record struct LettersCall([property: Id(0)] byte[]? Letters)
{
    public static LettersCall Of(IReadOnlyList<OffsetRange>? letters) => new(letters is null ? null : QueueRows.Of(letters));

    public IReadOnlyList<OffsetRange>? ToLetters() => Letters is null ? null : QueueRows.ToRanges(Letters);
}
