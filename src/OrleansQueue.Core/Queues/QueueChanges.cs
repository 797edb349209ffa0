using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>The entries that are made in more than one place.</summary>
internal static class QueueChanges
{
    public static QueueEntryWriter Ranges(QueueEntryKind kind, IEnumerable<OffsetRange> ranges)
    {
        var entry = new QueueEntryWriter(kind);
        foreach (var range in ranges)
        {
            entry.Range(range.First.Value, range.End.Value);
        }

        return entry;
    }

    /// <summary>A message is to become a dead letter.</summary>
    public static QueueEntryWriter Dying(DyingMessage message, ulong key) => new QueueEntryWriter(QueueEntryKind.Dying)
        .Row(new Unfinished { First = message.Place.Value, End = message.Place.Value + 1, State = MessageState.Dying, Key = key })
        .Number(message.Deliveries)
        .Number(message.Time)
        .Text(message.Reason)
        .Text(message.Error);

    /// <summary>The first of the messages that are to become dead letters is one; whether later messages of its key wait for it.</summary>
    public static QueueEntryWriter Dead(DyingMessage message, Offset letter, bool parks)
    {
        var entry = new QueueEntryWriter(QueueEntryKind.Dead).Number(message.Place.Value).Number(letter.Value);
        return parks ? entry.Byte(1) : entry;
    }

    /// <summary>Messages were looked at that may be leased later.</summary>
    public static QueueEntryWriter Examined(Offset examined, Epoch epoch, Offset requeueExamined, IReadOnlyList<Unfinished> rows) =>
        new QueueEntryWriter(QueueEntryKind.Examined).Number(examined.Value).Number(epoch.Value).Number(requeueExamined.Value).Rows(rows);

    /// <summary>Forgets the messages of some places and moves to where the group goes on.</summary>
    public static QueueEntryWriter Lost(QueueEntryKind kind, long first, long end, Position examined) =>
        new QueueEntryWriter(kind).Range(first, end).Number(examined.Offset.Value).Number(examined.Epoch.Value);

    public static QueueEntryWriter? Producer(CursorProducer? producer, bool isRequeue) => producer is null
        ? null
        : new QueueEntryWriter(QueueEntryKind.Producer)
            .Byte(isRequeue ? (byte)1 : (byte)0)
            .Text(producer.Topic.Value.ToString("N"))
            .Number(producer.Partition.Number)
            .Number(producer.Id.Value)
            .Number(producer.Epoch.Value)
            .Number(producer.Sequence.Value);
}
