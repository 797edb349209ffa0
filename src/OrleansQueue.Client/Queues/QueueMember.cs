using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What a member of a queue group is.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topics">The names of the topics to read.</param>
/// <param name="Options">How to take messages.</param>
/// <param name="IsPatient">Whether outages and damage are waited through without end, as a host's handlers do; else the member ends.</param>
/// <param name="Failed">Is told once why the member ended, where nobody asked it to.</param>
internal sealed record QueueMemberPlan(string Group, IReadOnlyList<string> Topics, QueueConsumerOptions Options, bool IsPatient, Action<Exception> Failed);

/// <summary>
/// A member of a queue group. It leases messages of all partitions of its topics within one credit, hands them out, tells the broker
/// what became of them and keeps their leases alive meanwhile.
/// <para>
/// A lock guards everything; nothing that waits happens under it. For each partition one call is under way at a time, and the next
/// one carries what gathered since.
/// </para>
/// </summary>
internal sealed partial class QueueMember : IAsyncDisposable, IMembershipHolder
{
    private static readonly TimeSpan LeastTimeToTell = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly QueueMemberPlan _plan;
    private readonly Membership _membership;
    private Task _working = Task.CompletedTask;
    private Task? _stopping;
    private TaskCompletionSource? _quiet;
    private Exception? _failure;

    private QueueMember(ClientContext client, QueueMemberPlan plan)
    {
        Client = client;
        _plan = plan;
        _ended = _ending.Token;
        MemberId = plan.Options.MemberId ?? Guid.NewGuid().ToString("N");
        Logger = client.Options.Logging.CreateLogger("OrleansQueue.Consumer");
        _membership = new Membership(client, SessionOf(plan, MemberId), this, _ended);
        _alarm = new Alarm(client.Clock, _ticks);
        _order = new Random(SeedOf(MemberId));
    }

    public ClientContext Client { get; }

    public ILogger Logger { get; }

    public string Group => _plan.Group;

    public string MemberId { get; }

    public QueueConsumerOptions Options => _plan.Options;

    public bool IsStopping
    {
        get
        {
            lock (_lock)
            {
                return _stopping is not null;
            }
        }
    }

    /// <summary>Whether nothing more is leased and handed out.</summary>
    private bool IsOver => _stopping is not null || _failure is not null;

    /// <summary>Joins the group and begins to lease.</summary>
    /// <inheritdoc cref="GroupConsumer.OpenAsync"/>
    public static async Task<QueueMember> OpenAsync(ClientContext client, QueueMemberPlan plan, CancellationToken cancellationToken)
    {
        var member = new QueueMember(client, plan);
        await member._membership.JoinAsync(cancellationToken);
        member._working = Task.WhenAll(
            client.Background.Start(member._membership.LiveAsync), client.Background.Start(member.WatchAsync), client.Background.Start(member.KeepTimesAsync));
        return member;
    }

    /// <summary>
    /// Leases nothing more, gives back what was not handed out, waits up to <paramref name="drain"/> for what is in hand, tells what
    /// became of it and leaves the group. Asked again, it waits for the first time.
    /// </summary>
    /// <param name="inHand">Ends when the application has nothing in hand.</param>
    /// <param name="drain">How long to wait for that; what is in hand then is cancelled and given back.</param>
    public Task StopAsync(Task inHand, TimeSpan drain)
    {
        lock (_lock)
        {
            return _stopping ??= Client.Background.Start(() => StopCoreAsync(inHand, drain));
        }
    }

    /// <summary>Stops without waiting for what is in hand.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(Task.CompletedTask, TimeSpan.Zero));

    /// <summary>Ends the member for good, but for what it has in hand: that is still its own.</summary>
    public void Fail(Exception reason)
    {
        lock (_lock)
        {
            if (IsOver)
            {
                return;
            }

            _failure = reason;
            GiveBack(HeldState.Waiting);
        }

        Logger.Ended(reason, Group, MemberId);
        StopWatching();
        WakeTakers(int.MaxValue);
        _plan.Failed(reason);
    }

    private async Task StopCoreAsync(Task inHand, TimeSpan drain)
    {
        // Draining and what is told then share one time to drain: a host gives its stop little more.
        var began = Client.Clock.GetTimestamp();
        try
        {
            lock (_lock)
            {
                GiveBack(HeldState.Waiting);
            }

            StopWatching();
            WakeTakers(int.MaxValue);
            await DrainAsync(inHand, drain);
            List<CancellationTokenSource> lost;
            Task quiet;
            lock (_lock)
            {
                lost = GiveBack(HeldState.InHand);
                quiet = WhenQuiet();
            }

            CancelAll(lost);
            var left = Options.DrainTimeout - Client.Clock.GetElapsedTime(began);
            await TellRestAsync(quiet, left > LeastTimeToTell ? left : LeastTimeToTell);
        }
        finally
        {
            _ending.Cancel();
            _ticks.Set();
            _watch.Set();
            await _working;
            await LeaveGroupAsync();
            _alarm.Dispose();
            _ending.Dispose();
        }
    }

    private async Task DrainAsync(Task inHand, TimeSpan drain)
    {
        if (drain <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await inHand.WaitAsync(drain, Client.Clock);
        }
        catch (TimeoutException)
        {
            Logger.QueueNotDrained(Group, drain);
        }
    }

    private async Task TellRestAsync(Task quiet, TimeSpan wait)
    {
        try
        {
            await quiet.WaitAsync(wait, Client.Clock);
        }
        catch (TimeoutException problem)
        {
            // What was not told comes again when its lease is over.
            Logger.CallFailed(problem, Group);
        }
    }

    private async Task LeaveGroupAsync()
    {
        Task quiet;
        lock (_lock)
        {
            quiet = WhenQuiet();
        }

        await quiet;
        if (_failure is MemberReplacedException or GroupDeletedException)
        {
            return;
        }

        try
        {
            await _membership.LeaveAsync();
        }
        catch (Exception problem)
        {
            // The group finds out by itself that the member is gone.
            Logger.CallFailed(problem, Group);
        }
    }

    /// <summary>Gives back all messages that are in a state; what it returns is to be cancelled outside the lock.</summary>
    private List<CancellationTokenSource> GiveBack(HeldState state)
    {
        var lost = new List<CancellationTokenSource>();
        foreach (var cursor in _cursors.Values)
        {
            GiveBack(cursor, state, lost);
        }

        return lost;
    }

    private void GiveBack(QueueCursor cursor, HeldState state, List<CancellationTokenSource> lost)
    {
        foreach (var lease in cursor.Leases.ToList())
        {
            for (var i = 0; i < lease.Count; i++)
            {
                if (lease[i].State == state)
                {
                    Settle(lease, i, new() { Kind = SettlementKind.Release }, state == HeldState.InHand ? HeldState.Lost : HeldState.Settled, lost);
                }
            }
        }

        Pump(cursor);
    }
}
