using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>How a member stays one: join, heartbeats, and what it does when nobody answers.</summary>
internal sealed partial class GroupConsumer
{
    private IReadOnlyList<string> _topics;
    private CancellationTokenSource? _waiting;
    private Backoff _backoff;
    private long _lastAnswer;
    private bool _isSilent;

    /// <summary>Who the member is now.</summary>
    public GroupMember Member { get; private set; }

    private TimeSpan Silence => Client.Clock.GetElapsedTime(_lastAnswer);

    private ValueTask<JoinResult> JoinOnceAsync(CancellationToken cancellationToken) => Client.Broker.JoinGroupAsync(
        new JoinRequest(Group, MemberId, _topics)
        {
            Create = Options.CreateGroup ? new GroupSettings { Start = Options.Start.Query, Ephemeral = Options.Ephemeral } : null,
            Client = Options.ClientName,
            SessionTimeout = Options.SessionTimeout,

            // Draining ends with a commit and a heartbeat, which take a moment more.
            ReleaseTimeout = Options.DrainTimeout + Client.Options.CallTimeout,
        },
        cancellationToken);

    private void BecomeMember(JoinResult result)
    {
        switch (result)
        {
            case JoinResult.Joined joined:
                lock (_lock)
                {
                    Member = joined.Member;
                    _known = Generation.None;
                    _released.Clear();
                }

                _lastAnswer = Client.Clock.GetTimestamp();
                _isSilent = false;
                Logger.Joined(Group, MemberId);
                break;
            case JoinResult.UnknownGroup:
                throw new GroupDeletedException(Group);
            case JoinResult.OtherKind other:
                throw new GroupKindException(Group, other.Kind);
            case JoinResult.UnknownTopic unknown:
                throw new UnknownTopicException(unknown.Topic);
            case JoinResult.Refused refused:
                throw new GroupRefusedException(refused.Reason);
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }
    }

    private async Task LiveAsync()
    {
        try
        {
            while (!_ended.IsCancellationRequested)
            {
                await BeatAsync();
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

    /// <summary>One heartbeat and the wait after it. A partition that is released cuts both short, since another member waits for it.</summary>
    private async Task BeatAsync()
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_ended);
        HeartbeatRequest request;
        lock (_lock)
        {
            _waiting = waiting;
            request = new HeartbeatRequest(Group, Member, _known) { Released = [.. _released], MaxWait = Options.HeartbeatInterval };
        }

        try
        {
            var sent = Client.Clock.GetTimestamp();
            var result = await AskAsync(request, waiting.Token);
            if (result is not null)
            {
                var wasSilent = _isSilent;
                (_lastAnswer, _isSilent) = (sent, false);
                _backoff.Reset();
                await TakeAsync(request, result, wasSilent, waiting.Token);
            }
        }
        catch (OperationCanceledException) when (waiting.IsCancellationRequested)
        {
            // There is something to tell the group at once, or the member has ended.
        }
        finally
        {
            lock (_lock)
            {
                _waiting = null;
            }
        }
    }

    private void BeatAtOnce()
    {
        lock (_lock)
        {
            _waiting?.Cancel();
        }
    }

    private async Task<HeartbeatResult?> AskAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        // A call that hangs must not keep the member from noticing that its session is over.
        var left = Options.SessionTimeout - Silence;
        var most = Client.Options.CallTimeout + Options.HeartbeatInterval;
        try
        {
            return await Client.TryAsync(token => Client.Broker.HeartbeatAsync(request, token), left > TimeSpan.Zero && left < most ? left : most, cancellationToken);
        }
        catch (Exception problem) when (IsOutage(problem, cancellationToken))
        {
            Logger.CallFailed(problem, Group);
            NoticeSilence(problem);
        }

        var wait = _backoff.Next();
        left = Options.SessionTimeout - Silence;
        await Task.Delay(left > TimeSpan.Zero && left < wait ? left : wait, Client.Clock, cancellationToken);
        return null;
    }

    private void NoticeSilence(Exception problem)
    {
        if (!IsPatient && Silence >= Client.Options.ConnectTimeout)
        {
            Fail(new BrokerUnavailableException($"Member {MemberId} of group {Group} has had no answer for {Silence}; {Client.Options.ConnectTimeout} are allowed.", problem));
        }

        if (!_isSilent && Silence >= Options.SessionTimeout)
        {
            _isSilent = true;
            Logger.Silent(Group, MemberId, Silence);
            List<PartitionRun> lost;
            lock (_lock)
            {
                lost = [.. LoseDepartures(), .. _runs.Values];
            }

            lost.ForEach(run => run.Cancel());
        }
    }

    private async Task TakeAsync(HeartbeatRequest request, HeartbeatResult result, bool wasSilent, CancellationToken cancellationToken)
    {
        switch (result)
        {
            case HeartbeatResult.Replaced:
                throw new MemberReplacedException(Group, MemberId);
            case HeartbeatResult.UnknownGroup:
                throw new GroupDeletedException(Group);
            case HeartbeatResult.UnknownMember:
                Logger.Expelled(Group, MemberId);
                await RejoinAsync();
                return;
            case HeartbeatResult.Assigned or HeartbeatResult.Unchanged when wasSilent:
                // The group kept the membership, but what was in hand is cancelled; a new one begins where the finished ended.
                await _commits.TryAsync(Runs(), _ended);
                await RejoinAsync();
                return;
            case HeartbeatResult.Assigned assigned:
                Apply(assigned, request.Released);
                break;
            case HeartbeatResult.Unchanged:
                Apply(null, request.Released);
                break;
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }

        // A broker that answers at once although nothing changed would be asked without end.
        var left = Options.HeartbeatInterval - Silence;
        if (left > TimeSpan.Zero && (result is HeartbeatResult.Unchanged || request.Known == _known))
        {
            await Task.Delay(left, Client.Clock, cancellationToken);
        }
    }

    private async Task RejoinAsync()
    {
        List<PartitionRun> lost;
        lock (_lock)
        {
            lost = AbandonAll();
        }

        lost.ForEach(run => run.Cancel());
        var backoff = default(Backoff);
        while (!_ended.IsCancellationRequested)
        {
            if (IsStopping)
            {
                // It is about to leave, and has nothing left to keep.
                _ending.Cancel();
                return;
            }

            try
            {
                var result = await Client.TryAsync(JoinOnceAsync, Client.Options.CallTimeout, _ended);
                if (result is JoinResult.UnknownTopic unknown && _topics.Count > 1)
                {
                    Logger.TopicGone(Group, unknown.Topic);
                    _topics = [.. _topics.Where(topic => topic != unknown.Topic)];
                    continue;
                }

                BecomeMember(result);
                return;
            }
            catch (Exception problem) when (IsOutage(problem, _ended))
            {
                Logger.CallFailed(problem, Group);
                NoticeSilence(problem);
            }

            await Task.Delay(backoff.Next(), Client.Clock, _ended);
        }
    }
}
