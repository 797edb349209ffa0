using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>What a member of a group is, and who serves its partitions.</summary>
/// <param name="Group">The group.</param>
/// <param name="Topics">The names of the topics to read.</param>
/// <param name="Options">How to read them.</param>
/// <param name="IsPatient">Whether outages and damage are waited through without end, as a host's handlers do; else the consumer ends after <see cref="ClientOptions.ConnectTimeout"/>.</param>
/// <param name="Serve">Takes the messages of a partition until there are none; ends when it has none in hand.</param>
/// <param name="Failed">Is told once why the member ended, where nobody asked it to.</param>
internal sealed record MemberPlan(
    string Group, IReadOnlyList<string> Topics, ConsumerOptions Options, bool IsPatient, Func<PartitionRun, Task> Serve, Action<Exception> Failed);

/// <summary>
/// A member of a consumer group. It joins, shows that it lives, has the partitions served that it is assigned, commits what is
/// finished, and gives up in good order what moves to others.
/// </summary>
internal sealed partial class GroupConsumer : IAsyncDisposable, IMembershipHolder
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _ended;
    private readonly MemberPlan _plan;
    private readonly GroupCommits _commits;
    private readonly Membership _membership;
    private Task _working = Task.CompletedTask;
    private Task? _stopping;
    private Exception? _failure;

    private GroupConsumer(ClientContext client, MemberPlan plan)
    {
        Client = client;
        _plan = plan;
        _ended = _ending.Token;
        MemberId = plan.Options.MemberId ?? Guid.NewGuid().ToString("N");
        Logger = client.Options.Logging.CreateLogger("OrleansQueue.Consumer");
        ReadAhead = new ReadAhead(plan.Options);
        _commits = new GroupCommits(this);
        _membership = new Membership(client, SessionOf(plan, MemberId), this, _ended);
    }

    public ClientContext Client { get; }

    public ILogger Logger { get; }

    public string Group => _plan.Group;

    public string MemberId { get; }

    public ConsumerOptions Options => _plan.Options;

    public bool IsPatient => _plan.IsPatient;

    public ReadAhead ReadAhead { get; }

    /// <summary>Who the member is now.</summary>
    public GroupMember Member => _membership.Member;

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

    /// <summary>Joins the group and begins to read.</summary>
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    /// <exception cref="GroupDeletedException">There is no such group, and it is not to be created.</exception>
    /// <exception cref="GroupKindException">The group is of another kind.</exception>
    /// <exception cref="GroupRefusedException">A name is bad.</exception>
    /// <exception cref="BrokerUnavailableException">No broker answered in time.</exception>
    public static async Task<GroupConsumer> OpenAsync(ClientContext client, MemberPlan plan, CancellationToken cancellationToken)
    {
        var consumer = new GroupConsumer(client, plan);
        await consumer._membership.JoinAsync(cancellationToken);
        consumer._working = Task.WhenAll(client.Background.Start(consumer._membership.LiveAsync), client.Background.Start(consumer.CommitNowAndThenAsync));
        return consumer;
    }

    /// <summary>
    /// Hands out nothing more, waits up to <paramref name="drain"/> for what is in hand, commits and leaves the group. Asked
    /// again, it waits for the first time.
    /// </summary>
    public Task StopAsync(TimeSpan drain)
    {
        lock (_lock)
        {
            return _stopping ??= Client.Background.Start(() => StopCoreAsync(drain));
        }
    }

    /// <summary>Stops without waiting for what is in hand.</summary>
    public ValueTask DisposeAsync() => new(StopAsync(TimeSpan.Zero));

    /// <summary>Ends the member for good. Where it stops already, only the end of the membership counts: what is in hand then is somebody else's.</summary>
    public void Fail(Exception reason)
    {
        bool isStopping;
        List<PartitionRun> lost;
        lock (_lock)
        {
            isStopping = _stopping is not null;
            if (_failure is not null || (isStopping && reason is not (MemberReplacedException or GroupDeletedException)))
            {
                return;
            }

            _failure = reason;
            lost = AbandonAll();
        }

        lost.ForEach(run => run.Cancel());
        Logger.Ended(reason, Group, MemberId);
        if (isStopping)
        {
            return;
        }

        _plan.Failed(reason);
        _ending.Cancel();
    }

    /// <summary>Keeps what is finished of a partition, through outages, for as long as it is the member's.</summary>
    public async Task CommitAsync(PartitionRun run, CancellationToken cancellationToken)
    {
        using var lostOrCancelled = CancellationTokenSource.CreateLinkedTokenSource(run.Lost, cancellationToken);
        try
        {
            var outcome = await Client.Background.RunAsync(() => _commits.InsistAsync([run], () => true, lostOrCancelled.Token));
            if (outcome == CommitOutcome.Kept && !run.IsRefused)
            {
                return;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The partition was lost meanwhile.
        }

        throw new PartitionLostException(run.Topic, run.Id.Partition);
    }

    private async Task CommitNowAndThenAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Options.CommitInterval, Client.Clock, _ended);
                await _commits.TryAsync(Runs(), _ended);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The member has ended; what is left is committed by whoever ends it in good order.
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
    }

    private async Task StopCoreAsync(TimeSpan drain)
    {
        // Draining and the last commit share one time to drain: a host gives its stop little more.
        var began = Client.Clock.GetTimestamp();
        var runs = Runs();
        try
        {
            runs.ForEach(run => run.StopDelivering());
            if (drain > TimeSpan.Zero)
            {
                await Task.WhenAll(runs.Select(run => DrainAsync(run, drain)).Concat(Departures()));
            }

            runs.AddRange(Departing());
            runs.ForEach(run => run.Cancel());
            if (_failure is null)
            {
                await LeaveGroupAsync(runs, () => Client.Clock.GetElapsedTime(began) < Options.DrainTimeout);
            }
        }
        finally
        {
            _ending.Cancel();
            await _working;
            runs.ForEach(run => run.Dispose());
            _ending.Dispose();
        }
    }

    private async Task LeaveGroupAsync(List<PartitionRun> runs, Func<bool> isWorthIt)
    {
        try
        {
            await _commits.InsistAsync(runs, isWorthIt, CancellationToken.None);

            // A heartbeat that finds the member gone would make it join again.
            _ending.Cancel();
            await _working;
            await _membership.LeaveAsync();
        }
        catch (Exception problem)
        {
            // The group finds out by itself that the member is gone, and what was not committed comes again.
            Logger.CallFailed(problem, Group);
        }
    }
}
