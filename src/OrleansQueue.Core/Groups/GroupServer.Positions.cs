using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>Positions: commit, read, seek, stop.</summary>
internal sealed partial class GroupServer
{
    private const int MostRead = 1_000;
    private const int MaxErrorLength = 4_000;

    // Ends only move forward while a topic lives, so a position below one that was seen need not be asked about.
    private readonly Dictionary<TopicPartition, Offset> _seenEnds = [];

    /// <inheritdoc cref="IPositionVerbs.CommitAsync"/>
    public async ValueTask<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        if ((Check(request) ?? CheckNobodyIsThere(request)) is { } refusal)
        {
            return new CommitResult.Refused(refusal);
        }

        var ends = await FindEndsAsync(request.Commits.Select(commit => commit.Position), cancellationToken);

        // Who may commit is looked at after the last wait, so that nothing can change in between.
        if (CheckCommitter(request.By) is { } problem)
        {
            return problem;
        }

        var isBack = request.By is Committer.Coordinator;
        var refusals = new List<CommitRefusal>();
        var kept = new List<PositionEntry>();
        foreach (var commit in request.Commits)
        {
            if (CheckCommit(commit, (request.By as Committer.Member)?.Who, ends) is { } wrong)
            {
                refusals.Add(wrong);
            }
            else if (_state.Find(commit.Position.TopicPartition) is { } partition && (isBack || commit.Position.Offset >= partition.Position.Offset)
                && (commit.Position != partition.Position || commit.Metadata is not null || commit.Gaps != 0))
            {
                kept.Add(partition.At(commit.Position, commit.Metadata?.ToArray(), commit.Gaps));
            }
        }

        foreach (var some in kept.Chunk(EntriesAtOnce))
        {
            Change(new GroupEntry { Positions = some });
        }

        await KeptAsync();
        return new CommitResult.Committed(refusals);
    }

    /// <inheritdoc cref="IPositionVerbs.ReadPositionsAsync"/>
    public async ValueTask<IReadOnlyList<CommittedPosition>?> ReadPositionsAsync(IReadOnlyList<TopicPartition> partitions)
    {
        if (!IsThere())
        {
            return null;
        }

        await KeptAsync();
        return [.. partitions.Take(MostRead).Select(_state.Find).OfType<PartitionCursor>().Select(partition => new CommittedPosition(partition.Position, partition.Metadata is { } bytes ? bytes : default(ReadOnlyMemory<byte>?)))];
    }

    /// <inheritdoc cref="IPositionVerbs.SeekGroupAsync"/>
    public async ValueTask<SeekResult> SeekAsync(IReadOnlyList<Position> positions, CancellationToken cancellationToken)
    {
        if (!IsThere())
        {
            return new SeekResult.UnknownGroup();
        }

        var ends = await FindEndsAsync(positions, cancellationToken);
        foreach (var position in positions)
        {
            if (!IsThere())
            {
                return new SeekResult.UnknownGroup();
            }

            if (CheckPlace(position, ends) is { } wrong)
            {
                return new SeekResult.Refused(wrong.Detail);
            }
        }

        var since = _state.Generation.Next();
        Change(new GroupEntry { Generation = since.Value });
        foreach (var position in positions)
        {
            var partition = _state.Find(position.TopicPartition)!;
            Change(new GroupEntry
            {
                Positions = [partition.At(position, null, 0)],
                Owners = [partition.OwnedBy(partition.Owner, since)],
                Stopped = partition.StoppedBy(null),
            });
        }

        foreach (var owner in positions.Select(position => _state.Find(position.TopicPartition)!.Owner).OfType<string>())
        {
            _sessions[owner].Changed = since;
        }

        WakeAll();
        await KeptAsync();
        return new SeekResult.Done(since);
    }

    /// <inheritdoc cref="IPositionVerbs.StopPartitionAsync"/>
    public async ValueTask<CommitResult> StopPartitionAsync(StopPartitionRequest request, CancellationToken cancellationToken)
    {
        var result = await CommitAsync(
            new CommitRequest(request.Group, new Committer.Member(request.Member), [new Commit(request.Message, request.Since)]), cancellationToken);
        if (result is CommitResult.Committed { Refusals.Count: 0 } && _state.Find(request.Message.TopicPartition) is { } partition && partition.Owner == request.Member.Id)
        {
            var error = request.Error.Length > MaxErrorLength ? request.Error[..MaxErrorLength] : request.Error;
            Change(new GroupEntry { Stopped = partition.StoppedBy(new StoppedAt(request.Message.Offset, error, Timestamp.Now(_clock))) });
            Announce([request.Member.Id]);
            await KeptAsync();
        }

        return result;
    }

    private static Refusal? Check(CommitRequest request)
    {
        foreach (var commit in request.Commits)
        {
            if (commit.Metadata?.Length > Commit.MaxMetadataBytes)
            {
                return Refusal.Of("commit metadata bytes", commit.Metadata.Value.Length, $"at most {Commit.MaxMetadataBytes}");
            }

            if (commit.Gaps < 0)
            {
                return Refusal.Of("commit gaps", commit.Gaps, "0 or more");
            }
        }

        return request.By is Committer.Coordinator by
            ? GroupName.CheckMember(by.Name) ?? (by.Fence < 0 ? Refusal.Of("coordinator fence", by.Fence, "0 or more") : null)
            : null;
    }

    /// <summary>Two who decide who reads what would take each other's work apart.</summary>
    private Refusal? CheckNobodyIsThere(CommitRequest request) => request.By is Committer.Coordinator && _state.Members.Count != 0
        ? Refusal.Of("members of a group with a coordinator", _state.Members.Count, "0")
        : null;

    private CommitResult? CheckCommitter(Committer committer)
    {
        if (!IsThere())
        {
            return new CommitResult.UnknownGroup();
        }

        Tick();
        if (committer is Committer.Member member)
        {
            return Find(member.Who, out _) switch
            {
                null => null,
                HeartbeatResult.Replaced => new CommitResult.Replaced(),
                _ => new CommitResult.UnknownMember(),
            };
        }

        var coordinator = (Committer.Coordinator)committer;
        var highest = _state.FenceOf(coordinator.Name);
        if (highest > coordinator.Fence)
        {
            return new CommitResult.CoordinatorFenced(highest.Value);
        }

        if (highest != coordinator.Fence)
        {
            Change(new GroupEntry { Fence = new FenceEntry(coordinator.Name, coordinator.Fence) });
        }

        return null;
    }

    private CommitRefusal? CheckCommit(Commit commit, GroupMember? member, Dictionary<TopicPartition, Offset> ends)
    {
        if (CheckPlace(commit.Position, ends) is { } wrong)
        {
            return wrong;
        }

        var partition = _state.Find(commit.Position.TopicPartition)!;
        if (member is not { } who || (partition.Owner == who.Id && commit.Since >= partition.Since && commit.Since <= _state.Generation))
        {
            return null;
        }

        var limit = partition.Owner == who.Id ? $"{partition.Since} to {_state.Generation}" : $"none, as the partition is {partition.Owner ?? "nobody"}'s";
        return new CommitRefusal(partition.TopicPartition, CommitRefusalReason.NotOwner, Refusal.Of("commit generation", commit.Since.Value, limit));
    }

    private CommitRefusal? CheckPlace(Position position, Dictionary<TopicPartition, Offset> ends)
    {
        if (_state.Find(position.TopicPartition) is null || !ends.TryGetValue(position.TopicPartition, out var end))
        {
            return new CommitRefusal(
                position.TopicPartition, CommitRefusalReason.UnknownPartition, Refusal.OfText("partition", position.TopicPartition.ToString(), "one of a topic that the group reads"));
        }

        return position.Offset < Offset.Zero || position.Offset > end
            ? new CommitRefusal(position.TopicPartition, CommitRefusalReason.BeyondEnd, Refusal.Of("commit offset", position.Offset.Value, $"0 to {end}, the end of the partition"))
            : null;
    }

    /// <summary>The ends of the partitions, as far as they are needed to know that the positions lie before them.</summary>
    private async ValueTask<Dictionary<TopicPartition, Offset>> FindEndsAsync(IEnumerable<Position> positions, CancellationToken cancellationToken)
    {
        var ends = new Dictionary<TopicPartition, Offset>();
        foreach (var some in positions.Where(position => _state.Find(position.TopicPartition) is not null).Chunk(AskedAtOnce))
        {
            var found = await Task.WhenAll(some.Select(position => FindEndAsync(position, cancellationToken)));
            foreach (var (position, end) in some.Zip(found))
            {
                if (end is { } known)
                {
                    ends[position.TopicPartition] = _seenEnds[position.TopicPartition] = known;
                }
            }
        }

        return ends;
    }

    private async Task<Offset?> FindEndAsync(Position position, CancellationToken cancellationToken) =>
        _seenEnds.TryGetValue(position.TopicPartition, out var seen) && position.Offset <= seen
            ? seen
            : (await PlaceAsync(position.TopicPartition, new OffsetQuery.Latest(), cancellationToken))?.Offset;
}
