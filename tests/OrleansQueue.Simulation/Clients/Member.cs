using OrleansQueue.Broker;
using OrleansQueue.History;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// A place in a group: a process that is a member, and another one after it when it dies. It keeps to a member's rules: it
/// sends heartbeats, stops reading what is taken from it before it gives it back, and lets everything go when it was without
/// an answer for a session.
/// </summary>
internal sealed class Member
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    // Shorter than a session, as a client's may be: of a member that has not shown that it was told, more than this must have passed.
    private static readonly TimeSpan Release = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private readonly Scene _scene;
    private readonly Dice _dice;
    private readonly string _group;
    private readonly string _name;
    private readonly List<MemberRun> _runs = [];
    private readonly List<MemberRun> _givingUp = [];
    private Consumer _who;
    private GroupMember _member;
    private Generation _known;
    private Event? _sessionEnd;
    private int _lives;

    public Member(Scene scene, string group, int number)
    {
        _scene = scene;
        _dice = scene.World.DiceFor($"{group} member {number}");
        _group = group;
        _name = $"{group}-m{number}";
        Process = Begin();
    }

    public Process Process { get; private set; }

    /// <summary>Begins a new life after the process has died.</summary>
    public void BeginAgainIfDead()
    {
        if (Process.IsDead)
        {
            Process = Begin();
        }
    }

    /// <summary>The process dies or stands still: from now on it hands out nothing.</summary>
    public void NoteSilence()
    {
        if (_sessionEnd is not null)
        {
            _scene.History.MemberGone(_who);
        }
    }

    private Process Begin()
    {
        _lives++;
        _sessionEnd = null;
        _runs.Clear();
        _givingUp.Clear();
        var process = new Process(_scene.World, $"{_name}.{_lives}") { OnResume = () => _runs.ForEach(run => run.CommitAfterPause()) };
        process.NewActor(process.Name).Start(() => RunAsync(process));
        return process;
    }

    private async Task RunAsync(Process process)
    {
        while (true)
        {
            await JoinAsync(process);
            while (await HeartbeatAsync(process))
            {
                // A small pause, so that no two heartbeats are sent at one time.
                await _scene.World.WaitAsync(_dice.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)), process);
            }

            LetGo("is no member any more");
            await _scene.World.WaitAsync(_dice.Between(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)), process);
        }
    }

    private async Task JoinAsync(Process process)
    {
        while (true)
        {
            // A new id each time: an attempt without an answer may still succeed later, and would then take the place of the next one.
            var id = $"{_name}-{_lives}-{_dice.Below(1_000_000)}";
            var request = new JoinRequest(_group, id, [.. _scene.Cluster.Topics.Select(topic => topic.Name)]) { SessionTimeout = Session, ReleaseTimeout = Release };
            var began = _scene.World.Now;
            var reply = await _scene.Cluster.AskAsync(process, _group, host => host.JoinAsync(request, CancellationToken.None), Timeout);
            if (reply is { IsAnswer: true, Value: JoinResult.Joined joined })
            {
                (_member, _known) = (joined.Member, Generation.None);
                _who = new Consumer($"{id}@{joined.Member.Joined.Value}", _group);
                _scene.World.Note(_who.ToString(), "has joined");
                ExpectSilence(process, began);
                return;
            }

            if (reply.IsAnswer)
            {
                _scene.Findings.Add($"{_name} was not let in: {reply.Value}");
            }

            await _scene.World.WaitAsync(_dice.Between(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1)), process);
        }
    }

    /// <summary>Sends a heartbeat; false where the membership is over.</summary>
    private async Task<bool> HeartbeatAsync(Process process)
    {
        var released = _givingUp.FindAll(run => run.HasEnded);
        var request = new HeartbeatRequest(_group, _member, _known)
        {
            Released = [.. released.Select(run => new Release(run.Partition, run.Since))],
            MaxWait = _dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(2)),
        };
        var began = _scene.World.Now;
        var reply = await _scene.Cluster.AskAsync(process, _group, host => host.HeartbeatAsync(request, CancellationToken.None), Timeout);
        _scene.Counts.Add("heartbeat");
        // An answer that lay there while the process stood still is as old as the wait for it was long.
        var isTooLate = _scene.World.Now - began >= Session.Ticks;
        if (_sessionEnd is null || isTooLate || _runs.Exists(run => run.IsDisowned))
        {
            return false;
        }

        if (!reply.IsAnswer)
        {
            return true;
        }

        switch (reply.Value)
        {
            case HeartbeatResult.Assigned assigned:
                _givingUp.RemoveAll(released.Contains);
                ExpectSilence(process, began);
                Take(process, assigned);
                return true;
            case HeartbeatResult.Unchanged:
                _givingUp.RemoveAll(released.Contains);
                ExpectSilence(process, began);
                return true;
            default:
                _scene.World.Note(_who.ToString(), $"heartbeat: {reply.Value}");
                return false;
        }
    }

    /// <summary>A member that gets no answer for a session, counted from the last heartbeat that was answered, lets everything go.</summary>
    private void ExpectSilence(Process process, long answered)
    {
        _sessionEnd?.Cancel();
        _sessionEnd = _scene.World.After(new TimeSpan(answered) + Session - new TimeSpan(_scene.World.Now), process, () => LetGo("had no answer for a session"));
    }

    private void LetGo(string why)
    {
        if (_sessionEnd is null)
        {
            return;
        }

        _sessionEnd.Cancel();
        _sessionEnd = null;
        _scene.World.Note(_who.ToString(), why);
        _scene.History.MemberGone(_who);
        _runs.ForEach(run => run.Cancel());
        _givingUp.ForEach(run => run.Cancel());
        _runs.Clear();
        _givingUp.Clear();
    }

    private void Take(Process process, HeartbeatResult.Assigned assigned)
    {
        _known = assigned.Generation;
        _scene.World.Note(_who.ToString(), $"is assigned {string.Join(' ', assigned.Partitions.Select(partition => $"{partition.TopicName}/{partition.Start.Partition}@{partition.Since}"))} in generation {assigned.Generation}");
        foreach (var run in _runs.Where(run => !assigned.Partitions.Any(run.IsFor)).ToList())
        {
            _runs.Remove(run);
            run.Stop();
            if (!assigned.Partitions.Any(partition => partition.Start.TopicPartition == run.Partition))
            {
                _givingUp.Add(run);
            }
        }

        // What is being given up is not taken back: once it is released, it comes again in a new generation.
        foreach (var partition in assigned.Partitions.Where(partition => !_runs.Concat(_givingUp).Any(run => run.IsFor(partition))))
        {
            var run = new MemberRun(_scene, process, _group, _who, _member, partition, _scene.World.DiceFor($"{_who} {partition.Start.Partition} {partition.Since}"));
            _runs.Add(run);
            run.Start();
        }
    }
}
