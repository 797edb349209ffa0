using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>
/// Dead letters. Before one is appended, the journal says which message it is and under which sequence of a producer of the
/// group's own; so whoever asks again for the same message appends it under the same sequence, and it is there once.
/// </summary>
internal sealed partial class GroupServer
{
    private const int MostTries = 3;

    private readonly SemaphoreSlim _deadTurn = new(1, 1);

    /// <inheritdoc cref="IPositionVerbs.DeadLetterAsync"/>
    public async ValueTask<CommitResult> DeadLetterAsync(DeadLetterRequest request, CancellationToken cancellationToken)
    {
        if ((CheckRecord(request) ?? RefuseQueue()) is { } refusal)
        {
            return new CommitResult.Refused(refusal);
        }

        await _deadTurn.WaitAsync(cancellationToken);
        try
        {
            return await CheckOwnerAsync(request, cancellationToken) ?? await AppendDeadAsync(request, cancellationToken);
        }
        finally
        {
            _deadTurn.Release();
        }
    }

    private static Refusal? CheckRecord(DeadLetterRequest request)
    {
        if (request.Next.TopicPartition != request.Message.TopicPartition || request.Next.Offset <= request.Message.Offset)
        {
            return Refusal.Of("offset behind a dead letter", request.Next.Offset.Value, $"more than {request.Message.Offset}, in the same partition");
        }

        if (request.Record.Length < RecordBatchHeader.Size)
        {
            return Refusal.Of("dead letter bytes", request.Record.Length, $"a batch, {RecordBatchHeader.Size} or more");
        }

        var records = RecordBatchHeader.Read(request.Record.Span).RecordCount;
        return records == 1 ? null : Refusal.Of("records of a dead letter", records, "1");
    }

    /// <summary>What a commit of the position behind the message would be answered, where it would be refused.</summary>
    private async ValueTask<CommitResult?> CheckOwnerAsync(DeadLetterRequest request, CancellationToken cancellationToken)
    {
        var ends = await FindEndsAsync([request.Next], cancellationToken);
        ends.ThrowIfUnknown();
        return CheckCommitter(new Committer.Member(request.Member))
            ?? (CheckCommit(new Commit(request.Next, request.Since), request.Member, ends) is { } wrong ? new CommitResult.Committed([wrong]) : null);
    }

    private async ValueTask<CommitResult> AppendDeadAsync(DeadLetterRequest request, CancellationToken cancellationToken)
    {
        var partition = _state.Find(request.Message.TopicPartition)!;
        var since = partition.Since;
        if (partition.Position.Offset > request.Message.Offset && partition.Position.Epoch >= request.Next.Epoch)
        {
            await KeptAsync();
            return new CommitResult.Committed([]);
        }

        var settings = DeadLetterTopic.SettingsOf(_name, partition.Topic.Name, partitions: 1, _options.DeadLetterRetention);
        var topic = await _surroundings.OpenOwnTopicAsync(DeadLetterTopic.NameOf(partition.Topic.Id, _name), settings, cancellationToken);
        var producer = Continue(partition, request.Message);
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (!IsThere() || _state.Find(request.Message.TopicPartition) != partition)
            {
                return GoneOf(request.Message);
            }

            Change(new GroupEntry { DeadProducers = [producer] });
            await KeptAsync();
            switch (await _surroundings.ProduceAsync(topic.Id, new Partition(0), Stamped(request.Record, producer), cancellationToken))
            {
                case ProduceResult.Appended or ProduceResult.Duplicate:
                    return await BuryAsync(request, partition, since, producer);
                case ProduceResult.OutOfOrder or ProduceResult.UnknownProducer or ProduceResult.ProducerFenced:
                    // The topic forgot the producer, or was made anew: nothing of this message is there.
                    producer = NextEpoch(producer);
                    break;
                case ProduceResult.Refused refused:
                    return new CommitResult.Refused(refused.Reason);
                case var other:
                    throw new BrokerUnavailableException($"A dead letter of group {_name} could not be appended: {other}");
            }
        }

        throw new BrokerUnavailableException($"A dead letter of group {_name} could not be appended in {MostTries} tries.");
    }

    /// <summary>The same sequence where this message is being dead-lettered already. Where another one was and it is not known how that ended, a new epoch, in which no sequence is taken.</summary>
    private DeadProducerEntry Continue(PartitionCursor partition, Position message) => partition.DeadProducer switch
    {
        null => new DeadProducerEntry(partition.Topic.Name, message.Partition.Number, _surroundings.NewProducerId().Value, 0, 0, message.Offset.Value),
        { DyingOffset: { } dying } same when dying == message.Offset.Value => same,
        { DyingOffset: null } idle => idle with { DyingOffset = message.Offset.Value },
        { } other => NextEpoch(other) with { DyingOffset = message.Offset.Value },
    };

    private DeadProducerEntry NextEpoch(DeadProducerEntry producer)
    {
        var next = new ProducerIdentity(new ProducerId(producer.Id), new ProducerEpoch(producer.Epoch)).NextOr(_surroundings.NewProducerId);
        return producer with { Id = next.Id.Value, Epoch = next.Epoch.Value, Sequence = 0 };
    }

    private static ReadOnlyMemory<byte> Stamped(ReadOnlyMemory<byte> record, DeadProducerEntry producer)
    {
        var stamp = new ProducerStamp(new ProducerId(producer.Id), new ProducerEpoch(producer.Epoch), new Sequence(producer.Sequence));

        // The caller's memory may be shared with its sender, so the stamp goes into a copy.
        return BatchStamp.Of(stamp, record.ToArray());
    }

    /// <summary>One entry says both that the message is appended and that the group goes on behind it, unless the group was moved meanwhile.</summary>
    private async ValueTask<CommitResult> BuryAsync(DeadLetterRequest request, PartitionCursor partition, Generation since, DeadProducerEntry producer)
    {
        if (!IsThere() || _state.Find(request.Message.TopicPartition) != partition)
        {
            return GoneOf(request.Message);
        }

        var isStillThere = partition.Owner == request.Member.Id && partition.Since == since;
        var next = new Sequence(producer.Sequence).Plus(1).Value;
        Change(new GroupEntry
        {
            DeadProducers = [producer with { Sequence = next, DyingOffset = null }],
            Positions = isStillThere && IsForward(partition.Position, request.Next) ? [partition.At(request.Next, null, 0)] : null,
        });
        await KeptAsync();
        return new CommitResult.Committed([]);
    }

    private CommitResult GoneOf(Position message) => Exists
        ? new CommitResult.Committed([CheckPlace(message, new Ends([], []))!])
        : new CommitResult.UnknownGroup();
}
