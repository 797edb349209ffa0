using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>How entries about dead letters change the state.</summary>
internal sealed partial class QueueState
{
    private static readonly OffsetRange AllLetters = new(Offset.Zero, new Offset(long.MaxValue));

    private void ApplyDead(QueueEntryKind kind, ref QueueEntryWriter.Reader reader)
    {
        switch (kind)
        {
            case QueueEntryKind.Dying:
                ApplyDying(ref reader);
                break;
            case QueueEntryKind.Dead:
                ApplyBuried(ref reader);
                break;
            case QueueEntryKind.Producer:
                ApplyProducer(ref reader);
                break;
            case QueueEntryKind.Redriving:
                ForEach(ref reader, range =>
                {
                    Dead.Remove(range);
                    Redriving.Add(range);
                });
                break;
            case QueueEntryKind.Redriven:
                var letter = new Offset(reader.Number());
                Redriving.Remove(new OffsetRange(letter, letter.Plus(1)));
                FreeKeys(new OffsetRange(letter, letter.Plus(1)));
                if (reader.Byte() != 0)
                {
                    RequeueProducer = RequeueProducer!.Advanced;
                }

                break;
            case QueueEntryKind.Purged:
                ForEach(ref reader, range =>
                {
                    Dead.Remove(range);
                    FreeKeys(range);
                });
                break;
            case QueueEntryKind.Open:
                ForEach(ref reader, Dead.Add);
                break;
            case QueueEntryKind.Parked:
                while (!reader.IsAtEnd)
                {
                    Park(new Offset(reader.Number()), reader.Key());
                }

                break;
            default:
                throw new InvalidDataException($"An entry of a queue's journal is of kind {(byte)kind}, which this version does not know.");
        }
    }

    private void ApplyDying(ref QueueEntryWriter.Reader reader)
    {
        var row = reader.Row();
        var place = new Place(row.First);
        _rows.Set(row);
        if (_dyingAt.TryAdd(place, new DyingMessage(place, (int)reader.Number(), reader.Number(), reader.Text(), reader.Text())))
        {
            _dyingOrder.Enqueue(place);
        }
    }

    /// <summary>The message is none of the group's any more. Where the group was moved meanwhile it may not be dying, but its record is appended all the same.</summary>
    private void ApplyBuried(ref QueueEntryWriter.Reader reader)
    {
        var place = new Place(reader.Number());
        var letter = reader.Number();
        var parks = !reader.IsAtEnd && reader.Byte() != 0;
        if (_dyingAt.Remove(place))
        {
            _dyingOrder.Dequeue();
            if (parks && _rows.Next(place.Value) is { State: MessageState.Dying, Key: not 0 } row)
            {
                Park(new Offset(letter), row.Key);
            }

            _rows.Cut(place.Value, place.Value + 1);
        }

        if (letter >= 0)
        {
            Dead.Add(new OffsetRange(new Offset(letter), new Offset(letter + 1)));
            DeadProducer = DeadProducer!.Advanced;
        }
    }

    /// <summary>Where dead letters go to another topic, those of the one before are no more.</summary>
    private void ApplyProducer(ref QueueEntryWriter.Reader reader)
    {
        var isRequeue = reader.Byte() != 0;
        var topic = new TopicId(Guid.ParseExact(reader.Text(), "N"));
        var producer = new CursorProducer(
            topic, new Partition((int)reader.Number()), new ProducerId(reader.Number()), new ProducerEpoch((short)reader.Number()), new Sequence((int)reader.Number()));
        if (isRequeue)
        {
            RequeueProducer = producer;
            return;
        }

        if (DeadProducer is { } before && before.Topic != topic)
        {
            Dead.Clear();
            Redriving.Clear();
            FreeKeys(AllLetters);
        }

        DeadProducer = producer;
    }

    private void Park(Offset letter, ulong key)
    {
        Parked.Add(letter, key);
        _lines.Park(key);
    }

    /// <summary>The keys that dead letters parked go on.</summary>
    private void FreeKeys(OffsetRange letters)
    {
        foreach (var key in Parked.Take(letters))
        {
            _lines.Free(key);
        }
    }

    private static void ForEach(ref QueueEntryWriter.Reader reader, Action<OffsetRange> take)
    {
        while (!reader.IsAtEnd)
        {
            var (first, end) = reader.Range();
            take(new OffsetRange(new Offset(first), new Offset(end)));
        }
    }
}
