using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// The credit, and where it is spent: on the partitions that seem to have messages, in turn. A wait tells of others.
/// </summary>
internal sealed partial class QueueMember
{
    private const int MostLeasing = 16;

    // Far below what a message may wait while a member has room for it.
    private static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BetweenWaits = TimeSpan.FromMilliseconds(10);

    // Who is busy is full again and again, and would hardly ever hear of other partitions if that ended its wait.
    private static readonly TimeSpan LongestFull = TimeSpan.FromMilliseconds(20);

    private readonly Queue<QueueCursor> _line = [];
    private readonly Signal _watch = new();
    private CancellationTokenSource? _watching;
    private long? _gathering;
    private long? _fullSince;
    private long _heldBytes;
    private long _askedBytes;
    private int _held;
    private int _asked;
    private int _leasing;

    private int Free => Options.Prefetch - _held - _asked;

    private long FreeBytes => Options.PrefetchBytes - _heldBytes - _askedBytes;

    private bool HasCredit => Free > 0 && FreeBytes > 0;

    /// <summary>How many messages are worth a lease while there are others.</summary>
    private int LeastShare => Math.Max(1, Options.Prefetch / 4);

    /// <summary>Whether the credit is used up by messages that are here, and not only asked for.</summary>
    private bool IsFull => _held >= Options.Prefetch || _heldBytes >= Options.PrefetchBytes;

    /// <summary>Whether to be told of messages: there is room for some, and a partition of which nothing is known.</summary>
    private bool IsToWatch
    {
        get
        {
            lock (_lock)
            {
                return !IsOver && !IsFull && _cursors.Values.Any(static cursor => cursor is { IsPaused: false, IsReady: false });
            }
        }
    }

    /// <summary>Whether messages are here that the application has not got yet.</summary>
    private bool HasWaiting
    {
        get
        {
            // Asked for each message that is settled, so it must not allocate.
            foreach (var lease in _waiting)
            {
                if (lease.Next < lease.Count)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Makes the calls that can be made now; for one partition, or for all.</summary>
    private void Pump(QueueCursor? only)
    {
        while (!IsOver && _line.Count != 0 && MaySpend())
        {
            var cursor = _line.Dequeue();
            cursor.IsInLine = false;
            if (cursor is { IsReady: true, IsBusy: false, IsPaused: false, IsGone: false })
            {
                Start(cursor, Spend(cursor));
            }
        }

        if (only is not null)
        {
            Tell(only);
            return;
        }

        foreach (var cursor in _cursors.Values)
        {
            Tell(cursor);
        }
    }

    private void Tell(QueueCursor cursor)
    {
        if (cursor is { IsBusy: false, HasNews: true } && !GoesWithNextLease(cursor))
        {
            Start(cursor, default);
        }
    }

    /// <summary>Whether news of a partition wait for a lease there, which comes within moments and takes them along: a call of their own would cost as much as that.</summary>
    private bool GoesWithNextLease(QueueCursor cursor)
    {
        if (IsOver || cursor.IsAwaited || !cursor.IsInLine)
        {
            return false;
        }

        var left = LongestGathering - Client.Clock.GetElapsedTime(cursor.HasNewsSince);
        _alarm.Set(left > TimeSpan.Zero ? left : null);
        return left > TimeSpan.Zero;
    }

    private void Enqueue(QueueCursor cursor)
    {
        if (cursor is { IsReady: true, IsInLine: false, IsBusy: false, IsPaused: false, IsGone: false })
        {
            cursor.IsInLine = true;
            _line.Enqueue(cursor);
        }
    }

    /// <summary>
    /// Whether to lease now. While messages are here or on their way, a little credit gathers for a while, since many small leases cost more than
    /// few larger ones.
    /// </summary>
    private bool MaySpend()
    {
        if (!HasCredit || _leasing >= MostLeasing)
        {
            return false;
        }

        if ((_leasing == 0 && !HasWaiting) || Free >= LeastShare)
        {
            return true;
        }

        _gathering ??= Client.Clock.GetTimestamp();
        var left = LongestGathering - Client.Clock.GetElapsedTime(_gathering.Value);
        _alarm.Set(left > TimeSpan.Zero ? left : null);
        return left <= TimeSpan.Zero;
    }

    private Ask Spend(QueueCursor cursor)
    {
        // Few large leases cost less than many small ones, so the partitions in line share by turns what is too little for all.
        var among = Math.Min(_line.Count + 1, MostLeasing - _leasing);
        var messages = Math.Max(Free / among, Math.Min(Free, LeastShare));
        if (cursor.FirstLimit > 0)
        {
            messages = Math.Min(messages, cursor.FirstLimit);
            cursor.FirstLimit = 0;
        }

        var ask = new Ask(messages, (int)Math.Clamp(FreeBytes / among, 1, FetchRequest.DefaultMaxBytes));
        _gathering = null;
        _leasing++;
        _asked += ask.Messages;
        _askedBytes += ask.Bytes;
        return ask;
    }

    private void Return(Ask ask)
    {
        _leasing--;
        _asked -= ask.Messages;
        _askedBytes -= ask.Bytes;
    }

    private async Task WatchAsync()
    {
        var backoff = default(Backoff);
        try
        {
            while (!_ended.IsCancellationRequested && !IsStopping)
            {
                if (!IsToWatch)
                {
                    await _watch.WaitAsync();
                    continue;
                }

                var began = Client.Clock.GetTimestamp();
                if (await TryWaitForMessagesAsync())
                {
                    backoff.Reset();
                    var left = BetweenWaits - Client.Clock.GetElapsedTime(began);
                    await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, Client.Clock, _ended);
                }
                else
                {
                    await Task.Delay(backoff.Next(), Client.Clock, _ended);
                }
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The member has ended.
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
    }

    /// <summary>Waits once; false where that was of no use and the next wait had better not come at once.</summary>
    private async Task<bool> TryWaitForMessagesAsync()
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(_ended);
        lock (_lock)
        {
            // What fills the credit from now on finds the wait to end.
            _watching = IsToWatch ? watching : null;
            if (_watching is null)
            {
                return true;
            }
        }

        try
        {
            var request = new WaitRequest(Group, _membership.Member);
            return Take(await Client.TryAsync(
                token => Client.Broker.WaitForMessagesAsync(request, token), Client.Options.CallTimeout + request.MaxWait, watching.Token));
        }
        catch (OperationCanceledException) when (watching.IsCancellationRequested)
        {
            // There is no room for messages any more, or the member ends.
            return true;
        }
        catch (Exception problem) when (Membership.IsOutage(problem, watching.Token))
        {
            Logger.CallFailed(problem, Group);
            return false;
        }
        finally
        {
            _watching = null;
        }
    }

    /// <summary>Nobody is to tell this member of messages that it has no room for. Not to be called under the lock.</summary>
    private void StopWatching()
    {
        try
        {
            _watching?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The wait has ended by itself.
        }

        _watch.Set();
    }

    private bool Take(WaitResult result)
    {
        switch (result)
        {
            case WaitResult.Ready ready:
                lock (_lock)
                {
                    foreach (var partition in ready.Partitions)
                    {
                        MakeReady(partition);
                    }

                    Pump(null);
                }

                return true;
            case WaitResult.UnknownMember:
                _membership.BeatAtOnce();
                return false;
            case WaitResult.Replaced:
                throw new MemberReplacedException(Group, MemberId);
            case WaitResult.UnknownGroup:
                throw new GroupDeletedException(Group);
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }
    }

    private void MakeReady(ReadyPartition partition)
    {
        if (_cursors.TryGetValue(partition.Partition, out var cursor) && !cursor.IsReady)
        {
            cursor.IsReady = true;
            cursor.FirstLimit = partition.Messages;
            Enqueue(cursor);
        }
    }

    /// <summary>What one request may bring; nothing where it only tells.</summary>
    private readonly record struct Ask(int Messages, int Bytes);
}
