using OrleansQueue.Broker;
using OrleansQueue.Queues;

namespace OrleansQueue.Contracts.Wire.Queues;

/// <summary>Which <see cref="QueueLookup"/> an answer is. The numbers never change.</summary>
internal enum QueueLookupAnswerKind
{
    Found = 0,
    UnknownGroup = 1,
    OtherKind = 2,
    UnknownPartition = 3,
}

/// <summary>What a group says of a partition to the cursor there; the fields that its kind does not use are not written.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("oq.queue-lookup-answer")]
internal readonly record struct QueueLookupAnswer([property: Id(0)] QueueLookupAnswerKind Kind)
{
    [Id(1)]
    public string? TopicName { get; init; }

    [Id(2)]
    public int Partitions { get; init; }

    [Id(3)]
    public int Durability { get; init; }

    [Id(4)]
    public Epoch Incarnation { get; init; }

    [Id(5)]
    public Position Start { get; init; }

    [Id(6)]
    public QueueSettings? Settings { get; init; }

    [Id(7)]
    public bool IsPaused { get; init; }

    [Id(8)]
    public int GroupKind { get; init; }

    public static QueueLookupAnswer Of(QueueLookup lookup) => lookup switch
    {
        QueueLookup.Found { Assignment: var assignment } => new(QueueLookupAnswerKind.Found)
        {
            TopicName = assignment.TopicName,
            Partitions = assignment.Partitions,
            Durability = (int)assignment.Durability,
            Incarnation = assignment.Incarnation,
            Start = assignment.Start,
            Settings = assignment.Settings,
            IsPaused = assignment.IsPaused,
        },
        QueueLookup.UnknownGroup => new(QueueLookupAnswerKind.UnknownGroup),
        QueueLookup.OtherKind other => new(QueueLookupAnswerKind.OtherKind) { GroupKind = (int)other.Kind },
        QueueLookup.UnknownPartition => new(QueueLookupAnswerKind.UnknownPartition),
        _ => throw new ArgumentException($"No answer is known for {lookup}.", nameof(lookup)),
    };

    public QueueLookup ToLookup() => Kind switch
    {
        QueueLookupAnswerKind.Found => new QueueLookup.Found(
            new QueueAssignment(TopicName!, Partitions, (Durability)Durability, Incarnation, Start, Settings!, IsPaused)),
        QueueLookupAnswerKind.UnknownGroup => new QueueLookup.UnknownGroup(),
        QueueLookupAnswerKind.OtherKind => new QueueLookup.OtherKind((GroupKind)GroupKind),
        QueueLookupAnswerKind.UnknownPartition => new QueueLookup.UnknownPartition(),
        _ => throw new InvalidDataException($"A question for a queue was answered with {Kind}."),
    };
}
