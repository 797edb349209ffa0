using Microsoft.Extensions.Logging;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>As what a member joins its group.</summary>
/// <param name="Group">The group.</param>
/// <param name="Id">The member's id.</param>
/// <param name="Topics">The names of the topics to read.</param>
/// <param name="Create">What the group is to be where there is none; null where it is not to be created.</param>
/// <param name="ClientName">What it calls itself.</param>
/// <param name="SessionTimeout">How long it may be silent.</param>
/// <param name="HeartbeatInterval">How often it shows that it lives.</param>
/// <param name="DrainTimeout">How long it may take to give up what it has.</param>
/// <param name="IsPatient">Whether it waits through outages without end.</param>
internal sealed record MemberSession(
    string Group, string Id, IReadOnlyList<string> Topics, GroupSettings? Create, string ClientName, TimeSpan SessionTimeout, TimeSpan HeartbeatInterval, TimeSpan DrainTimeout, bool IsPatient);

/// <summary>What a membership tells the one whose it is, and asks it.</summary>
internal interface IMembershipHolder
{
    ILogger Logger { get; }

    /// <summary>Whether it is about to leave.</summary>
    bool IsStopping { get; }

    /// <summary>What it gave up since it was last told that the group knows.</summary>
    IReadOnlyList<Release> Released { get; }

    /// <summary>It is a member, and knows of no assignment yet.</summary>
    void Joined();

    /// <summary>What a heartbeat brought; null where nothing changed.</summary>
    /// <param name="assigned">All that the member reads.</param>
    /// <param name="told">What the group was told with that heartbeat.</param>
    void Apply(HeartbeatResult.Assigned? assigned, IReadOnlyList<Release> told);

    /// <summary>No broker has answered for a whole session.</summary>
    void Silenced();

    /// <summary>A broker answers again after that; answers whether the member is to join anew.</summary>
    Task<bool> ReturnAsync();

    /// <summary>The membership is over, and another one begins.</summary>
    void Expelled();

    /// <summary>It ends for good, for a reason that nobody asked for.</summary>
    void Fail(Exception reason);

    /// <summary>It ends, since it is about to leave and has no membership to leave.</summary>
    void End();
}

/// <summary>How a member stays one: join, heartbeats, and what it does when nobody answers.</summary>
/// <param name="client">The client.</param>
/// <param name="session">As what it joins.</param>
/// <param name="holder">Whose it is.</param>
/// <param name="ended">Cancelled when it is over.</param>
internal sealed class Membership(ClientContext client, MemberSession session, IMembershipHolder holder, CancellationToken ended)
{
    private readonly Lock _lock = new();
    private IReadOnlyList<string> _topics = session.Topics;
    private CancellationTokenSource? _waiting;
    private Backoff _backoff;
    private long _lastAnswer;
    private bool _isSilent;

    /// <summary>Who the member is now.</summary>
    public GroupMember Member { get; private set; }

    /// <summary>The generation of the newest assignment that the holder took over; it sets this.</summary>
    public Generation Known { get; set; }

    /// <summary>How long ago the broker answered.</summary>
    public TimeSpan Silence => client.Clock.GetElapsedTime(_lastAnswer);

    /// <summary>Whether a call failed in a way that another try may mend.</summary>
    public static bool IsOutage(Exception problem, CancellationToken asked) =>
        problem is BrokerUnavailableException or TimeoutException || (problem is OperationCanceledException && !asked.IsCancellationRequested);

    /// <inheritdoc cref="GroupConsumer.OpenAsync"/>
    public async Task JoinAsync(CancellationToken cancellationToken) =>
        BecomeMember(await client.InsistAsync($"Joining group {session.Group}", JoinOnceAsync, cancellationToken));

    /// <summary>Shows that the member lives until it is over.</summary>
    public async Task LiveAsync()
    {
        try
        {
            while (!ended.IsCancellationRequested)
            {
                await BeatAsync();
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The member has ended.
        }
        catch (Exception problem)
        {
            holder.Fail(problem);
        }
    }

    /// <summary>There is something to tell the group, or to ask it, at once.</summary>
    public void BeatAtOnce()
    {
        lock (_lock)
        {
            _waiting?.Cancel();
        }
    }

    /// <summary>Leaves the group.</summary>
    public Task LeaveAsync() =>
        client.TryAsync(token => client.Broker.LeaveGroupAsync(session.Group, Member, token), client.Options.CallTimeout, CancellationToken.None);

    private ValueTask<JoinResult> JoinOnceAsync(CancellationToken cancellationToken) => client.Broker.JoinGroupAsync(
        new JoinRequest(session.Group, session.Id, _topics)
        {
            Create = session.Create,
            Client = session.ClientName,
            SessionTimeout = session.SessionTimeout,

            // Draining ends with a commit and a heartbeat, which take a moment more.
            ReleaseTimeout = session.DrainTimeout + client.Options.CallTimeout,
        },
        cancellationToken);

    private void BecomeMember(JoinResult result)
    {
        switch (result)
        {
            case JoinResult.Joined joined:
                (Member, Known) = (joined.Member, Generation.None);
                holder.Joined();
                _lastAnswer = client.Clock.GetTimestamp();
                _isSilent = false;
                holder.Logger.Joined(session.Group, session.Id);
                break;
            case JoinResult.UnknownGroup:
                throw new GroupDeletedException(session.Group);
            case JoinResult.OtherKind other:
                throw new GroupKindException(session.Group, other.Kind);
            case JoinResult.UnknownTopic unknown:
                throw new UnknownTopicException(unknown.Topic);
            case JoinResult.Refused refused:
                throw new GroupRefusedException(refused.Reason);
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }
    }

    /// <summary>One heartbeat and the wait after it. What is to be told at once cuts both short, since another member waits for it.</summary>
    private async Task BeatAsync()
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(ended);
        lock (_lock)
        {
            _waiting = waiting;
        }

        try
        {
            var request = new HeartbeatRequest(session.Group, Member, Known) { Released = holder.Released, MaxWait = session.HeartbeatInterval };
            var sent = client.Clock.GetTimestamp();
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

    private async Task<HeartbeatResult?> AskAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        // A call that hangs must not keep the member from noticing that its session is over.
        var left = session.SessionTimeout - Silence;
        var most = client.Options.CallTimeout + session.HeartbeatInterval;
        try
        {
            return await client.TryAsync(token => client.Broker.HeartbeatAsync(request, token), left > TimeSpan.Zero && left < most ? left : most, cancellationToken);
        }
        catch (Exception problem) when (IsOutage(problem, cancellationToken))
        {
            holder.Logger.CallFailed(problem, session.Group);
            NoticeSilence(problem);
        }

        var wait = _backoff.Next();
        left = session.SessionTimeout - Silence;
        await Task.Delay(left > TimeSpan.Zero && left < wait ? left : wait, client.Clock, cancellationToken);
        return null;
    }

    private void NoticeSilence(Exception problem)
    {
        if (!session.IsPatient && Silence >= client.Options.ConnectTimeout)
        {
            holder.Fail(new BrokerUnavailableException(
                $"Member {session.Id} of group {session.Group} has had no answer for {Silence}; {client.Options.ConnectTimeout} are allowed.", problem));
        }

        if (!_isSilent && Silence >= session.SessionTimeout)
        {
            _isSilent = true;
            holder.Silenced();
        }
    }

    private async Task TakeAsync(HeartbeatRequest request, HeartbeatResult result, bool wasSilent, CancellationToken cancellationToken)
    {
        switch (result)
        {
            case HeartbeatResult.Replaced:
                throw new MemberReplacedException(session.Group, session.Id);
            case HeartbeatResult.UnknownGroup:
                throw new GroupDeletedException(session.Group);
            case HeartbeatResult.UnknownMember:
                holder.Logger.Expelled(session.Group, session.Id);
                await RejoinAsync();
                return;
            case HeartbeatResult.Assigned or HeartbeatResult.Unchanged when wasSilent && await holder.ReturnAsync():
                await RejoinAsync();
                return;
            case HeartbeatResult.Assigned assigned:
                holder.Apply(assigned, request.Released);
                break;
            case HeartbeatResult.Unchanged:
                holder.Apply(null, request.Released);
                break;
            default:
                throw new BrokerUnavailableException($"An answer that is not understood: {result}");
        }

        // A broker that answers at once although nothing changed would be asked without end.
        var left = session.HeartbeatInterval - Silence;
        if (left > TimeSpan.Zero && (result is HeartbeatResult.Unchanged || request.Known == Known))
        {
            await Task.Delay(left, client.Clock, cancellationToken);
        }
    }

    private async Task RejoinAsync()
    {
        holder.Expelled();
        var backoff = default(Backoff);
        while (!ended.IsCancellationRequested)
        {
            if (holder.IsStopping)
            {
                // It is about to leave, and has nothing left to keep.
                holder.End();
                return;
            }

            try
            {
                var result = await client.TryAsync(JoinOnceAsync, client.Options.CallTimeout, ended);
                if (result is JoinResult.UnknownTopic unknown && _topics.Count > 1)
                {
                    holder.Logger.TopicGone(session.Group, unknown.Topic);
                    _topics = [.. _topics.Where(topic => topic != unknown.Topic)];
                    continue;
                }

                BecomeMember(result);
                return;
            }
            catch (Exception problem) when (IsOutage(problem, ended))
            {
                holder.Logger.CallFailed(problem, session.Group);
                NoticeSilence(problem);
            }

            await Task.Delay(backoff.Next(), client.Clock, ended);
        }
    }
}
