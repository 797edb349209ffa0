using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.History;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>A partition in the hands of a member: it is read, handed out and committed until it is given up or taken away.</summary>
internal sealed class MemberRun(Scene scene, Process process, string group, Consumer who, GroupMember member, AssignedPartition assigned, Dice dice)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    // Beyond the time that a member has to release a partition.
    private static readonly TimeSpan LongestHang = TimeSpan.FromSeconds(90);

    private readonly Cursor _cursor = new(scene, process, who, assigned.Start, dice);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Position _committed = assigned.Start;
    private bool _isStopping;
    private bool _isCancelled;

    public TopicPartition Partition => assigned.Start.TopicPartition;

    public Generation Since => assigned.Since;

    /// <summary>Whether a commit was refused because the partition is not the member's any more.</summary>
    public bool IsDisowned { get; private set; }

    /// <summary>Whether it hands out nothing any more and the partition may be given back.</summary>
    public bool HasEnded => _ended.Task.IsCompleted;

    public bool IsFor(AssignedPartition other) => other.Start.TopicPartition == Partition && other.Since == Since;

    public void Start()
    {
        scene.World.Note(who.ToString(), $"reads {scene.Cluster.NameOf(Partition)} from {assigned.Start.Offset}, since {Since}");
        scene.Owners.Assigned(group, Partition, Since);
        scene.History.Assigned(who, scene.KeyOf(Partition), Since.Value, assigned.Start.Offset.Value);
        process.NewActor($"{who}/{Partition.Partition}").Start(RunAsync);
    }

    /// <summary>Ends without another word, as when the membership is over.</summary>
    public void Cancel() => _isCancelled = true;

    /// <summary>Hands out nothing more, commits what was handed out, and ends.</summary>
    public void Stop()
    {
        _isStopping = true;
        scene.History.Revoked(who, scene.KeyOf(Partition), Since.Value);
    }

    /// <summary>Commits what was handed out before the process stood still, before it can know what happened meanwhile.</summary>
    public void CommitAfterPause()
    {
        if (!_isCancelled && !HasEnded && _cursor.Position != _committed)
        {
            process.NewActor($"{who}/{Partition.Partition} after a pause").Start(CommitAsync);
        }
    }

    private async Task RunAsync()
    {
        while (!_isStopping && !_isCancelled)
        {
            var step = await _cursor.StepAsync(dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(1)), () => !_isCancelled && !_isStopping);
            if (_cursor.Position != _committed && !_isCancelled && dice.Chance(0.6))
            {
                await CommitAsync();
            }

            if (step is not CursorStep.Moved)
            {
                await scene.World.WaitAsync(dice.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)), process);
            }
        }

        var hangs = !scene.IsHealing && scene.Plan.Has(FaultKind.ClientPause) && dice.Chance(0.4);
        if (!_isCancelled && !hangs && _cursor.Position != _committed)
        {
            await CommitAsync();
        }

        if (hangs)
        {
            await HangAsync();
        }

        _ended.TrySetResult();
    }

    /// <summary>
    /// A handler of messages pays no heed to the end: it finishes long after, when the partition may be somebody else's, and commits
    /// all the same. The member waits for it before it gives the partition back, or does not.
    /// </summary>
    private async Task HangAsync()
    {
        if (dice.Chance(0.5))
        {
            _ended.SetResult();
        }

        await scene.World.WaitAsync(dice.Between(TimeSpan.FromSeconds(1), LongestHang), process);
        scene.Counts.Add("commits of handlers that hung");
        await CommitAsync();
    }

    private async Task CommitAsync()
    {
        var position = _cursor.Position;
        var token = scene.History.BeginCommit(who, scene.KeyOf(Partition), Since.Value, position.Offset.Value);
        var request = new CommitRequest(group, new Committer.Member(member), [new Commit(position, Since)]);
        var reply = await scene.Cluster.AskAsync(process, group, host => HandleAsync(host, request), Timeout, mayRepeat: true, mayOutlive: true);
        scene.Counts.Add("commit");
        scene.World.Note(who.ToString(), $"commits {scene.Cluster.NameOf(Partition)} {position.Offset}: {(reply.IsAnswer ? reply.Value : reply.Problem)}");
        if (!reply.IsAnswer || reply.WasRepeated)
        {
            scene.History.CommitUnknown(token);
        }
        else if (reply.Value is CommitResult.Committed { Refusals.Count: 0 })
        {
            _committed = position;
            scene.History.Committed(token);
        }
        else
        {
            Take(reply.Value);
            scene.History.CommitRefused(token);
        }
    }

    /// <summary>Has a group take a commit, whenever that comes: where a later owner was told of the partition before, it must refuse.</summary>
    private async ValueTask<CommitResult> HandleAsync(GroupHost host, CommitRequest request)
    {
        var newest = scene.Owners.NewestOf(group, Partition);
        var result = await host.CommitAsync(request, CancellationToken.None);
        if (newest > Since)
        {
            scene.Counts.Add("commits that came after a later owner");
            if (result is CommitResult.Committed { Refusals.Count: 0 })
            {
                scene.Findings.Add($"{group} accepted a commit of {request.Commits[0].Position.Offset} of {scene.Cluster.NameOf(Partition)} by {who}, the owner since {Since}, after it had told a later owner, since {newest}");
            }
        }

        return result;
    }

    private void Take(CommitResult refused)
    {
        switch (refused)
        {
            case CommitResult.Committed committed when committed.Refusals[0].Reason == CommitRefusalReason.NotOwner:
            case CommitResult.UnknownMember or CommitResult.Replaced:
                // The membership is over, or somebody who answered for the group thinks so: the member joins again.
                IsDisowned = _isStopping = true;
                _committed = _cursor.Position;
                break;
            case CommitResult.Committed committed when committed.Refusals[0].Reason == CommitRefusalReason.BeyondEnd:
                // An owner of the partition that was replaced knows an earlier end. It is committed again later.
                scene.Counts.Add("commits refused as beyond the end");
                break;
            default:
                scene.Findings.Add($"{who} committed {_cursor.Position.Offset} of {scene.Cluster.NameOf(Partition)} and was answered {refused}");
                break;
        }
    }
}
