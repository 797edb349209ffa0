using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>Members: join, heartbeat, leave.</summary>
internal sealed partial class GroupServer
{
    private static readonly TimeSpan ShortestSession = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTime = TimeSpan.FromMinutes(30);

    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _confirmedAt;
    private Task _confirming = Task.CompletedTask;

    /// <inheritdoc cref="IMembershipVerbs.JoinGroupAsync"/>
    public async ValueTask<JoinResult> JoinAsync(JoinRequest request, CancellationToken cancellationToken)
    {
        if (Check(request) is { } refusal)
        {
            return new JoinResult.Refused(refusal);
        }

        if (!IsThere() && request.Create is null)
        {
            return new JoinResult.UnknownGroup();
        }

        var start = (_state.Settings ?? request.Create)!.Start;
        var (topics, unknown) = await FindTopicsAsync(request.Topics, start, cancellationToken);
        if (unknown is not null)
        {
            return new JoinResult.UnknownTopic(unknown);
        }

        if (!IsThere())
        {
            if (request.Create is not { } settings)
            {
                return new JoinResult.UnknownGroup();
            }

            await CreateAsync(settings, topics);
        }

        ThrowIfDeleting();
        if (request.Create is { } wanted && wanted.Kind != _state.Settings!.Kind)
        {
            return new JoinResult.OtherKind(_state.Settings.Kind);
        }

        Tick();
        AddTopics(AddableNow(topics));
        var member = Join(request);
        await KeptAsync();
        return new JoinResult.Joined(new GroupMember(member.Id, member.Joined));
    }

    /// <inheritdoc cref="IMembershipVerbs.HeartbeatAsync"/>
    public async ValueTask<HeartbeatResult> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken)
    {
        var began = _clock.GetTimestamp();
        var released = request.Released;
        if (Find(request.Member, out var living) is null)
        {
            _sessions[living.Id].See(_clock);
        }

        while (true)
        {
            Tick();
            if (Find(request.Member, out var member) is { } problem)
            {
                await KeptIfThereAsync();
                return problem;
            }

            NoteTold(member, request.Known);
            var session = _sessions[member.Id];
            Release(member, released);
            released = [];
            _ = RefreshTopicsAsync(CancellationToken.None).ContinueWith(Missed, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Current);
            var left = LongestWaitOf(member, request.MaxWait) - _clock.GetElapsedTime(began);
            if (session.Changed > request.Known || left <= TimeSpan.Zero || _ending.IsCancellationRequested)
            {
                HeartbeatResult answer = session.Changed > request.Known ? AssignmentOf(member) : new HeartbeatResult.Unchanged();
                await KeptAsync();
                await StillOwnerAsync(began, member);
                return answer;
            }

            await WaitAsync(left, cancellationToken);
        }
    }

    /// <inheritdoc cref="IMembershipVerbs.LeaveGroupAsync"/>
    public async ValueTask<bool> LeaveAsync(GroupMember who)
    {
        if (Find(who, out var member) is not null)
        {
            return false;
        }

        Remove([member]);
        await KeptAsync();
        return true;
    }

    /// <summary>What is wrong with a request, or null.</summary>
    public static Refusal? Check(JoinRequest request) =>
        GroupName.CheckMember(request.MemberId)
        ?? request.Create?.Check()
        ?? (request.Topics is null or { Count: 0 } ? Refusal.Of("topics of a member", 0, "1 or more") : null)
        ?? request.Topics!.Select(Topics.TopicName.Check).FirstOrDefault(wrong => wrong is not null)
        ?? (request.Client is null or { Length: > GroupName.MaxLength } ? Refusal.OfText("member client", request.Client ?? "null", $"at most {GroupName.MaxLength} characters") : null)
        ?? (request.SessionTimeout < ShortestSession || request.SessionTimeout > LongestTime
            ? Refusal.OfText("session timeout", request.SessionTimeout.ToString(), $"{ShortestSession} to {LongestTime}")
            : null)
        ?? (request.ReleaseTimeout < TimeSpan.Zero || request.ReleaseTimeout > LongestTime
            ? Refusal.OfText("release timeout", request.ReleaseTimeout.ToString(), $"0 to {LongestTime}")
            : null);

    /// <summary>A wait never takes so much of the session that the next heartbeat could come too late.</summary>
    private static TimeSpan LongestWaitOf(Member member, TimeSpan asked)
    {
        var longest = member.SessionTimeout / 2 < HeartbeatRequest.LongestWait ? member.SessionTimeout / 2 : HeartbeatRequest.LongestWait;
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked < longest ? asked : longest;
    }

    /// <summary>What a topic could not be asked now is asked again with a later heartbeat; the group goes on with what it knows.</summary>
    private static void Missed(Task refresh) => _ = refresh.Exception;

    private Member Join(JoinRequest request)
    {
        var joined = _state.Generation.Next();
        var member = Member.Of(request, joined);

        // Of two members with one id the newer takes over at once: what the older one commits from now on is refused.
        var kept = _state.Partitions.Where(partition => TargetOf(partition) == member.Id && partition.Owner == member.Id && member.Topics.Contains(partition.Topic.Name, StringComparer.Ordinal)).ToList();
        Change(new GroupEntry { Left = member.Id, Joined = member.ToEntry(), Generation = joined.Value });
        Own(kept.Select(partition => partition.OwnedBy(member.Id, joined)));
        _sessions[member.Id] = new Session(_clock) { Changed = joined };
        Rebalance();
        return member;
    }

    /// <summary>The member, or why it is none.</summary>
    private HeartbeatResult? Find(GroupMember who, out Member member)
    {
        member = null!;
        if (!IsServed())
        {
            return new HeartbeatResult.UnknownGroup();
        }

        if (!_state.Members.TryGetValue(who.Id ?? "", out var found))
        {
            return new HeartbeatResult.UnknownMember();
        }

        member = found;
        return found.Joined == who.Joined ? null : found.Joined > who.Joined ? new HeartbeatResult.Replaced() : new HeartbeatResult.UnknownMember();
    }

    private void Remove(IReadOnlyList<Member> members)
    {
        foreach (var member in members)
        {
            var isLast = _state.Members.Count == 1;
            Change(new GroupEntry { Left = member.Id, EmptySince = isLast ? Timestamp.Now(_clock).UnixMilliseconds : null });
            _sessions.Remove(member.Id);
        }

        if (members.Count != 0)
        {
            Rebalance();
        }
    }

    private TimeSpan LongestSession() => _state.Members.Values.Select(member => member.SessionTimeout).DefaultIfEmpty(TimeSpan.Zero).Max();

    /// <summary>
    /// Makes sure that a member who is told that it is one may count on that for a session. A later owner hears nothing of what this one
    /// is told, but gives every member a session and a half; so it is enough that there was none half a session before the member spoke.
    /// </summary>
    /// <exception cref="IOException">There is a later owner, or whether there is one cannot be told.</exception>
    private ValueTask StillOwnerAsync(long spoke, Member member) => ConfirmedAsync(spoke, GraceOf(member));

    /// <summary>Makes sure that this owner was the owner at a time, or not longer before it than is named.</summary>
    /// <exception cref="IOException">There is a later owner, or whether there is one cannot be told.</exception>
    private async ValueTask ConfirmedAsync(long time, TimeSpan before)
    {
        while (_clock.GetElapsedTime(_confirmedAt, time) > before)
        {
            if (_confirming.IsCompleted)
            {
                _confirming = ConfirmAsync().AsTask();
            }

            await _confirming;
        }
    }

    private static TimeSpan GraceOf(Member member) => member.SessionTimeout / 2;

    /// <summary>
    /// Members that the journal knows get a full session, and the time for which an earlier owner may have gone on answering them; and all
    /// of them their assignment anew, since it may be another than they know.
    /// </summary>
    private void BeginSessions()
    {
        if (_state.Members.Count == 0)
        {
            return;
        }

        foreach (var member in _state.Members.Values)
        {
            _sessions[member.Id] = new Session(_clock, GraceOf(member));
        }

        Rebalance();
        Announce(_state.Members.Keys);
    }

    private async ValueTask WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (NextDeadline() is { } deadline && deadline < longest)
        {
            // Timers cut what is less than a millisecond off.
            longest = (deadline > TimeSpan.Zero ? deadline : TimeSpan.Zero) + TimeSpan.FromMilliseconds(1);
        }

        using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        var changed = _changed.Task;
        await Waits.EndOfAsync(changed, longest, _clock, waited.Token);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void WakeAll()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _wakes?.Dismiss(who => !IsMember(who));
    }

    /// <summary>What is known of a member while the group is in memory.</summary>
    private sealed class Session(TimeProvider clock, TimeSpan grace = default)
    {
        // With a grace it lies ahead.
        private long _seen = clock.GetTimestamp() + (long)(grace.TotalSeconds * clock.TimestampFrequency);

        /// <summary>When it was last heard of.</summary>
        public Timestamp LastSeen { get; private set; } = Timestamp.Now(clock);

        /// <summary>The generation in which its assignment last changed.</summary>
        public Generation Changed { get; set; }

        public void See(TimeProvider clock)
        {
            _seen = Math.Max(_seen, clock.GetTimestamp());
            LastSeen = Timestamp.Now(clock);
        }

        public TimeSpan Silence(TimeProvider clock) => clock.GetElapsedTime(_seen);
    }
}
