using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What the loop makes of each answer, and of answers that do not come.</summary>
internal sealed partial class PartitionSender
{
    private void TakeAnswer(SendCall call)
    {
        using var ended = call;
        var batch = call.Batch;
        switch (call.Answer)
        {
            // Such an answer counts even when nobody waited for it any more, as long as it is about what the batch still is.
            case ProduceResult.Appended stored when IsStillMeant(call):
                Store(batch, BatchOutcome.Stored(stored.BaseOffset, stored.Durability, duplicate: false));
                break;
            case ProduceResult.Duplicate stored when IsStillMeant(call):
                Store(batch, BatchOutcome.Stored(stored.BaseOffset, stored.Durability, duplicate: true));
                break;
            default:
                if (ReferenceEquals(batch.Call, call))
                {
                    batch.Call = null;
                    TakeFailure(call, batch);
                }

                break;
        }
    }

    private static bool IsStillMeant(SendCall call) =>
        call.Batch is { IsStored: false, IsGivenUp: false } && call.Stamp == call.Batch.Batch.Stamp;

    private void TakeFailure(SendCall call, SentBatch batch)
    {
        switch (call.Answer)
        {
            case ProduceResult.Throttled throttled:
                TryAgain(batch, Refused("partition load", "too much waits to be written", "less"), throttled.After);
                break;
            case ProduceResult.NoSpace full:
                TryAgain(batch, Refused("disk space", "none left", "some"), full.After);
                break;
            case ProduceResult.Fenced:
                TryAgain(batch, Refused("partition owner", "one that is no longer it", "the present one"), TimeSpan.Zero);
                break;
            case ProduceResult.UnknownPartition:
                // Either the topic is gone, which ends the producer, or the partition is about to come.
                _engine.RefreshInBackground();
                TryAgain(batch, new UnknownPartitionException(_engine.Topic.Name, _partition), TimeSpan.Zero);
                break;
            case ProduceResult.OutOfOrder when !call.AsFirst:
                // It comes again after those before it.
                batch.LastProblem = Refused("batch sequence", "ahead of one that was missing", "the next one");
                break;
            case ProduceResult.OutOfOrder or ProduceResult.UnknownProducer:
            case ProduceResult.ProducerFenced when _engine.Identities.Current != _window.Identity:
                batch.LastProblem = Refused("batch sequence", "of a producer that the broker does not know so", "one that it knows");
                _window.LoseIdentity();
                Pause(TimeSpan.Zero);
                break;
            case ProduceResult.ProducerFenced fenced:
                _engine.Close(new ProducerFencedException(batch.Batch.Stamp.Epoch, fenced.Current));
                break;
            case ProduceResult.Refused refused:
                GiveUp(batch, new PublishRefusedException(refused.Reason));
                break;
            case ProduceResult.TopicFull full:
                GiveUp(batch, new TopicFullException(_engine.Topic.Name, _partition, full.LimitBytes));
                break;
            case ProduceResult.Damaged damaged:
                GiveUp(batch, new PartitionDamagedException(_engine.Topic.Name, _partition, damaged.Reason));
                break;
            default:
                batch.MayBeStored = true;
                TryAgain(batch, call.Answer as Exception ?? new BrokerUnavailableException($"An answer that is not understood: {call.Answer}"), TimeSpan.Zero);
                break;
        }
    }

    private void Store(SentBatch batch, BatchOutcome outcome)
    {
        _window.Store(batch);
        _backoff.Reset();
        _pause = TimeSpan.Zero;
        Complete(batch.Batch, outcome);
    }

    private void TryAgain(SentBatch batch, Exception problem, TimeSpan after)
    {
        batch.LastProblem = problem;
        if (batch.Batch.NoRetry)
        {
            GiveUp(batch, problem);
        }
        else
        {
            Pause(after);
        }
    }

    /// <summary>Tells the messages of a batch why they are not stored; or, where an attempt is without an answer, that nobody knows.</summary>
    private void GiveUp(SentBatch batch, Exception reason)
    {
        _window.GiveUp(batch);
        if (!batch.MayBeStored)
        {
            Complete(batch.Batch, BatchOutcome.Failed(reason));
            return;
        }

        // What went wrong last says more than that time or the producer ended.
        batch.LastProblem = reason is PublishNotSentException && batch.LastProblem is { } problem ? problem : reason;
        Complete(batch.Batch, BatchOutcome.Failed(Unknown(batch, "an attempt got no answer")));
    }

    private void Complete(OutgoingBatch batch, BatchOutcome outcome)
    {
        if (batch.Complete(outcome))
        {
            _engine.Buffer.Release(batch.Reserved);
        }
    }

    private PublishOutcomeUnknownException Unknown(SentBatch batch, string why) =>
        new($"Whether the messages are stored in partition {_partition} of topic {_engine.Topic.Name} is not known: {why}.", batch.LastProblem);

    private static PublishRefusedException Refused(string field, string value, string limit) => new(new Refusal(field, value, limit));
}
