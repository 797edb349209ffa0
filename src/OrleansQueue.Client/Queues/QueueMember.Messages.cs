using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Messages from the time they come in until they are settled.</summary>
internal sealed partial class QueueMember
{
    private readonly Queue<HeldLease> _waiting = [];
    private readonly Queue<TaskCompletionSource> _takers = [];

    /// <summary>How many messages are held, for tests.</summary>
    internal int Held => _held;

    /// <summary>Takes the next message, if there is one.</summary>
    public bool TryTake(out QueueMessage message)
    {
        lock (_lock)
        {
            message = default;
            return !IsOver && TryFind() is { } lease && HandOut(lease, out message);
        }
    }

    /// <summary>Takes the next message to hand it out: one that is to be delivered at most once is completed before.</summary>
    public async Task<QueueMessage?> TakeToHandOutAsync(CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken) is { } message)
        {
            if (Options.Delivery == DeliveryMode.AtLeastOnce || await TryCompleteAsync(message))
            {
                return message;
            }
        }

        return null;
    }

    /// <summary>Completes a message before it is handed out; false where that is not known to be kept.</summary>
    public async Task<bool> TryCompleteAsync(QueueMessage message)
    {
        try
        {
            await SettleAsync(message, new() { Kind = SettlementKind.Complete }, CancellationToken.None);
            return true;
        }
        catch (LeaseLostException)
        {
            return false;
        }
        catch (Exception problem) when (problem is GroupDeletedException or GroupRefusedException or UnknownPartitionException)
        {
            Logger.CallFailed(problem, Group);
            return false;
        }
    }

    /// <summary>Takes the next message; null when there will be none, since the member stops or has ended.</summary>
    public async Task<QueueMessage?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource turn;
            lock (_lock)
            {
                if (IsOver)
                {
                    return null;
                }

                if (TryFind() is { } lease && HandOut(lease, out var message))
                {
                    return message;
                }

                turn = EnterLine();
            }

            await WhenWokenAsync(turn, cancellationToken);
        }
    }

    /// <summary>Takes the next message if it is wanted, and waits for one for a while where there is none; null where none that is wanted came.</summary>
    public async Task<QueueMessage?> TakeAsync(Func<Delivery, bool> isWanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource turn;
            lock (_lock)
            {
                if (IsOver)
                {
                    return null;
                }

                if (TryFind() is { } lease)
                {
                    if (isWanted(lease[lease.Next].Delivery) && HandOut(lease, out var message))
                    {
                        return message;
                    }

                    // Whoever else waits may want it.
                    WakeTakers(1);
                    return null;
                }

                turn = EnterLine();
            }

            await WhenWokenAsync(turn, cancellationToken);
        }
    }

    /// <summary>Says what becomes of a message; what that comes to is known when it is told.</summary>
    /// <returns>False where the message is not held any more.</returns>
    public bool Settle(in QueueMessage message, in PendingSettlement settlement)
    {
        CancellationTokenSource? token;
        lock (_lock)
        {
            var lease = message.Lease;
            if (!CanSettle(message))
            {
                return lease[message.Index].State != HeldState.Lost;
            }

            token = Settle(lease, message.Index, settlement, HeldState.Settled, null);
            Pump(lease.Cursor);
        }

        token?.Dispose();
        return true;
    }

    /// <summary>
    /// Says what becomes of a message, and waits until it is kept. It is said by the time this returns: who asks for the next message
    /// before the wait ends must not complete the one that it gave back.
    /// </summary>
    /// <exception cref="LeaseLostException">The message is not held any more.</exception>
    public Task SettleAsync(in QueueMessage message, in PendingSettlement settlement, CancellationToken cancellationToken)
    {
        Task<SettleOutcome> told;
        CancellationTokenSource? token;
        var settled = message;
        var offset = message.Offset;
        lock (_lock)
        {
            if (!CanSettle(message))
            {
                return message.State == HeldState.Lost ? Task.FromException(message.Lost(offset)) : Task.CompletedTask;
            }

            token = Settle(message.Lease, message.Index, settlement, HeldState.Settled, null);
            told = message.Lease.Cursor.WhenTold();
            Pump(message.Lease.Cursor);
        }

        token?.Dispose();
        return Client.Background.RunAsync(() => WhenKeptAsync(settled, offset, told, cancellationToken));
    }

    /// <summary>The application gets on with a message: its time begins anew.</summary>
    public bool Touch(in QueueMessage message)
    {
        lock (_lock)
        {
            ref var held = ref message.Lease[message.Index];
            held.Began = Client.Clock.GetTimestamp();
            return held.State == HeldState.InHand;
        }
    }

    /// <summary>Renews the lease of a message now, and waits until that is kept.</summary>
    /// <exception cref="LeaseLostException">The message is not held any more.</exception>
    public async Task RenewAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        Task<SettleOutcome> told;
        lock (_lock)
        {
            if (!Touch(message))
            {
                throw message.Lost(message.Offset);
            }

            message.Lease.MakeRenewalDue();
            message.Lease.Cursor.Tell(message.Lease, Client.Clock);
            told = message.Lease.Cursor.WhenTold();
            Pump(message.Lease.Cursor);
        }

        if ((await told.WaitAsync(cancellationToken)).Problem is { } problem)
        {
            throw problem;
        }

        if (message.State != HeldState.InHand)
        {
            throw message.Lost(message.Offset);
        }
    }

    /// <summary>Cancelled when a message in hand is held no more though nobody settled it.</summary>
    public CancellationToken TokenOf(in QueueMessage message)
    {
        lock (_lock)
        {
            return message.Lease.TokenOf(message.Index);
        }
    }

    private static async Task WhenKeptAsync(QueueMessage message, Offset offset, Task<SettleOutcome> told, CancellationToken cancellationToken)
    {
        var outcome = await told.WaitAsync(cancellationToken);
        if (outcome.Problem is { } problem)
        {
            throw problem is OperationCanceledException ? message.Lost(offset) : problem;
        }

        if (outcome.IsRefused(message.Lease.Id, offset))
        {
            throw message.Lost(offset);
        }
    }

    private void TakeIn(QueueCursor cursor, Ask ask, LeaseResult.Leased leased, long sent)
    {
        var messages = HeldMessage.Of(cursor.Topic, cursor.Id, leased);
        lock (_lock)
        {
            Return(ask);
            cursor.IsReady = leased.HasMore && messages.Length != 0;
            if (messages.Length != 0 && !cursor.IsGone)
            {
                var lease = new HeldLease(cursor, leased, messages, sent, Client.Clock);
                cursor.Leases.Add(lease);
                _held += messages.Length;
                _heldBytes += lease.HeldBytes;
                _waiting.Enqueue(lease);
                WatchTimesOf(lease);
                if (IsOver || cursor.IsPaused)
                {
                    GiveBack(cursor, HeldState.Waiting, []);
                }
            }

            if (IsFull)
            {
                _fullSince ??= Client.Clock.GetTimestamp();
                _alarm.Set(LongestFull);
            }

            WakeTakers(messages.Length);
        }
    }

    /// <summary>The lease that the next message is of; its <see cref="HeldLease.Next"/> is that message.</summary>
    private HeldLease? TryFind()
    {
        var now = Client.Clock.GetTimestamp();
        while (_waiting.TryPeek(out var lease))
        {
            for (; lease.Next < lease.Count; lease.Next++)
            {
                if (lease[lease.Next].State == HeldState.Waiting && lease.Deadline > now && !PassExpired(lease, lease.Next))
                {
                    return lease;
                }
            }

            _waiting.Dequeue();
        }

        return null;
    }

    private bool PassExpired(HeldLease lease, int index)
    {
        var delivery = lease[index].Delivery;
        if (Options.IncludeExpired || !delivery.IsExpired(Client.Clock))
        {
            return false;
        }

        ClientTelemetry.Expired.Add(1, ClientTelemetry.Topic(delivery.Topic));
        Settle(lease, index, new() { Kind = SettlementKind.Complete }, HeldState.Settled, null);
        Pump(lease.Cursor);
        return true;
    }

    private bool HandOut(HeldLease lease, out QueueMessage message)
    {
        ref var held = ref lease[lease.Next];
        held.State = HeldState.InHand;
        held.Began = Client.Clock.GetTimestamp();
        if (Options.MaxProcessingTime != Timeout.InfiniteTimeSpan)
        {
            _alarm.Set(Options.MaxProcessingTime);
        }

        message = new QueueMessage(this, lease, lease.Next++, held.Delivery, held.DeliveryCount);
        return true;
    }

    /// <summary>Whether a message in hand can be settled. What was taken from the application cannot, which is told.</summary>
    private bool CanSettle(in QueueMessage message)
    {
        ref var held = ref message.Lease[message.Index];
        if (held.State == HeldState.Lost)
        {
            TellRefused(message.Lease.Cursor, held.First, 1);
        }

        return held.State == HeldState.InHand;
    }

    /// <summary>A message is held no more, and what became of it is to be told. Its token is to be let go, or, where <paramref name="lost"/> takes it, cancelled.</summary>
    private CancellationTokenSource? Settle(HeldLease lease, int index, in PendingSettlement settlement, HeldState state, List<CancellationTokenSource>? lost)
    {
        lease.Add(index, settlement);
        lease.Cursor.Tell(lease, Client.Clock);
        return Close(lease, index, state, lost);
    }

    private CancellationTokenSource? Close(HeldLease lease, int index, HeldState state, List<CancellationTokenSource>? lost)
    {
        var wasFull = IsFull;
        _heldBytes -= lease.Close(index, state);
        _held--;
        if (lease.Open == 0)
        {
            lease.Cursor.Leases.Remove(lease);
        }

        if (wasFull && !IsFull)
        {
            _fullSince = null;
            _watch.Set();
        }

        var token = lease.TakeToken(index);
        if (token is not null && lost is not null)
        {
            lost.Add(token);
        }

        return token;
    }

    private TaskCompletionSource EnterLine()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _takers.Enqueue(turn);
        return turn;
    }

    private static async Task WhenWokenAsync(TaskCompletionSource turn, CancellationToken cancellationToken)
    {
        await using var ending = cancellationToken.UnsafeRegister(static (self, token) => ((TaskCompletionSource)self!).TrySetCanceled(token), turn);
        await turn.Task;
    }

    private void WakeTakers(int count)
    {
        lock (_lock)
        {
            while (count > 0 && _takers.TryDequeue(out var taker))
            {
                count -= taker.TrySetResult() ? 1 : 0;
            }
        }
    }
}
