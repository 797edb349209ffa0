using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>The calls of a partition, one after another: each tells what gathered, and leases where there is credit.</summary>
internal sealed partial class QueueMember
{
    // Damage does not pass within moments; asking more often would only fill the log.
    private static readonly TimeSpan RetryDamaged = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeastCall = TimeSpan.FromMilliseconds(250);

    private int _calls;

    private void Start(QueueCursor cursor, Ask ask)
    {
        cursor.IsBusy = true;
        _calls++;
        Client.Background.Start(() => CallAsync(cursor, ask));
    }

    /// <summary>Ends when nothing is under way and nothing is left to tell.</summary>
    private Task WhenQuiet()
    {
        _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_calls == 0)
        {
            _quiet.TrySetResult();
        }

        return _quiet.Task;
    }

    private async Task CallAsync(QueueCursor cursor, Ask ask)
    {
        SettlementBatch batch;
        lock (_lock)
        {
            batch = cursor.TakeNews(Options.Lease);
        }

        try
        {
            if (ask.Messages == 0 || !await TryLeaseAsync(cursor, ask, batch))
            {
                await TellAsync(cursor, batch);
            }
        }
        catch (OperationCanceledException problem) when (_ended.IsCancellationRequested)
        {
            batch.Fail(problem);
        }
        catch (Exception problem)
        {
            batch.Fail(problem);
            Fail(problem);
        }

        lock (_lock)
        {
            cursor.IsBusy = false;
            _calls--;
            Enqueue(cursor);
            if (!_ended.IsCancellationRequested)
            {
                Pump(cursor);
            }

            if (_calls == 0)
            {
                _quiet?.TrySetResult();
            }
        }

        _watch.Set();
    }

    /// <summary>Leases, and tells with it. False where what was to be told is still to be told.</summary>
    private async Task<bool> TryLeaseAsync(QueueCursor cursor, Ask ask, SettlementBatch batch)
    {
        var request = new LeaseRequest(Group, cursor.Id, MemberId)
        {
            MaxMessages = ask.Messages,
            MaxBytes = ask.Bytes,
            Duration = Options.Lease,
            Settlements = batch.Settlements,
        };
        LeaseResult? result = null;
        var sent = Client.Clock.GetTimestamp();
        try
        {
            result = await Client.TryAsync(token => Client.Broker.LeaseAsync(request, token), TimeOf(cursor), _ended);
        }
        catch (Exception problem) when (Membership.IsOutage(problem, _ended))
        {
            // What it leased, if it did, comes again when that lease is over.
            Logger.CallFailed(problem, Group);
            batch.IsRepeated = true;
        }
        finally
        {
            if (result is not LeaseResult.Leased)
            {
                lock (_lock)
                {
                    Return(ask);
                }
            }
        }

        if (result is LeaseResult.Leased leased)
        {
            cursor.Backoff.Reset();
            TakeIn(cursor, ask, leased, sent);
            Answered(cursor, batch, leased.Refusals, sent);
            return true;
        }

        return await JudgeAsync(cursor, batch, result, sent);
    }

    private async Task<bool> JudgeAsync(QueueCursor cursor, SettlementBatch batch, LeaseResult? result, long sent)
    {
        switch (result)
        {
            case null:
                await Task.Delay(cursor.Backoff.Next(), Client.Clock, _ended);
                return false;
            case LeaseResult.Throttled throttled:
                var wait = cursor.Backoff.Next();
                await Task.Delay(throttled.After > wait ? throttled.After : wait, Client.Clock, _ended);
                return false;
            case LeaseResult.Fenced:
                batch.IsRepeated = true;
                await Task.Delay(cursor.Backoff.Next(), Client.Clock, _ended);
                return false;
            case LeaseResult.Damaged damaged:
                Answered(cursor, batch, [], sent);
                await EndureAsync(cursor, new PartitionDamagedException(cursor.Topic, cursor.Id.Partition, damaged.Reason));
                return true;
            case LeaseResult.UnknownPartition:
                Gone(cursor, batch);
                return true;
            case LeaseResult.UnknownGroup:
                throw new GroupDeletedException(Group);
            case LeaseResult.OtherKind other:
                throw new GroupKindException(Group, other.Kind);
            case LeaseResult.Refused refused:
                throw new GroupRefusedException(refused.Reason);
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }
    }

    private async Task EndureAsync(QueueCursor cursor, Exception problem)
    {
        if (!_plan.IsPatient)
        {
            throw problem;
        }

        Logger.CannotRead(problem, Group, cursor.Id.Partition, cursor.Topic);
        await Task.Delay(RetryDamaged, Client.Clock, _ended);
    }

    /// <summary>Tells what became of messages until that is answered, or until nobody would hear it any more.</summary>
    private async Task TellAsync(QueueCursor cursor, SettlementBatch batch)
    {
        while (batch.Settlements.Count != 0)
        {
            // The messages of a lease that is over come again anyway.
            if (batch.IsRepeated && batch.GiveUp(Client.Clock.GetTimestamp()) is var given && given != 0)
            {
                Logger.SettlementsGivenUp(Group, given);
                continue;
            }

            var request = new SettleRequest(Group, cursor.Id, batch.Settlements);
            var sent = Client.Clock.GetTimestamp();
            try
            {
                var result = await Client.TryAsync(token => Client.Broker.SettleAsync(request, token), TimeOf(cursor), _ended);
                if (await JudgeAsync(cursor, batch, result, sent))
                {
                    return;
                }
            }
            catch (Exception problem) when (Membership.IsOutage(problem, _ended))
            {
                Logger.CallFailed(problem, Group);
                batch.IsRepeated = true;
                await Task.Delay(cursor.Backoff.Next(), Client.Clock, _ended);
            }
        }

        batch.Answer([]);
    }

    /// <summary>Whether the call was the last of its kind.</summary>
    private async Task<bool> JudgeAsync(QueueCursor cursor, SettlementBatch batch, SettleResult result, long sent)
    {
        switch (result)
        {
            case SettleResult.Settled settled:
                cursor.Backoff.Reset();
                Answered(cursor, batch, settled.Refusals, sent);
                return true;
            case SettleResult.Throttled throttled:
                var wait = cursor.Backoff.Next();
                await Task.Delay(throttled.After > wait ? throttled.After : wait, Client.Clock, _ended);
                return false;
            case SettleResult.Fenced:
                batch.IsRepeated = true;
                await Task.Delay(cursor.Backoff.Next(), Client.Clock, _ended);
                return false;
            case SettleResult.UnknownPartition:
                Gone(cursor, batch);
                return true;
            case SettleResult.UnknownGroup:
                throw new GroupDeletedException(Group);
            case SettleResult.Refused refused:
                // Nothing of the member's own making is refused; what the application asked for may be.
                Logger.SettlementsRefused(Group, cursor.Id.Partition, cursor.Topic, refused.Reason);
                batch.Fail(new GroupRefusedException(refused.Reason));
                return true;
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }
    }

    /// <summary>A call that hangs must not keep the partition's leases from being renewed.</summary>
    private TimeSpan TimeOf(QueueCursor cursor)
    {
        lock (_lock)
        {
            var third = cursor.Leases.Count == 0 ? TimeSpan.MaxValue : cursor.Leases.Min(static lease => lease.ValidFor) / 3;
            return third < LeastCall ? LeastCall : third < Client.Options.CallTimeout ? third : Client.Options.CallTimeout;
        }
    }

    private void Gone(QueueCursor cursor, SettlementBatch batch)
    {
        var gone = new UnknownPartitionException(cursor.Topic, cursor.Id.Partition);
        Logger.PartitionGone(gone, Group, cursor.Id.Partition, cursor.Topic);
        batch.Fail(gone);
        var lost = new List<CancellationTokenSource>();
        lock (_lock)
        {
            Drop(cursor, lost);
        }

        CancelAll(lost);
        _membership.BeatAtOnce();
    }
}
