using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>
/// A place in a queue group: a process that is a member, and another one after it when it dies. While it has room it waits for messages,
/// leases where it is told that there are some, and settles each as a handler would that succeeds, fails, hangs or comes too late.
/// </summary>
internal sealed class QueueMember
{
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    // In the calm somebody always has room.
    private const int CalmCredit = 10_000;

    private readonly Scene _scene;
    private readonly Dice _dice;
    private readonly string _group;
    private readonly QueueSettings _settings;
    private readonly string _name;
    private readonly int _credit;
    private int _lives;
    private int _held;
    private int _joins;
    private GroupMember _member;
    private Actor _actor = null!;
    private TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public QueueMember(Scene scene, string group, QueueSettings settings, int number)
    {
        _scene = scene;
        _dice = scene.World.DiceFor($"{group} member {number}");
        _group = group;
        _settings = settings;
        _name = $"{group}-m{number}";
        _credit = _dice.Between(1, 12);
        Process = Begin();
    }

    public Process Process { get; private set; }

    /// <summary>Whether a wait of it was answered in the calm, so that those that follow reach a group that lives.</summary>
    public bool HasWaited { get; private set; }

    private int Free => (_scene.IsCalm ? CalmCredit : _credit) - _held;

    /// <summary>Begins a new life after the process has died.</summary>
    public void BeginAgainIfDead()
    {
        if (Process.IsDead)
        {
            Process = Begin();
        }
    }

    /// <summary>A message that it held is none of its own any more.</summary>
    public void Done(Process process)
    {
        if (process == Process)
        {
            Give(1);
        }
    }

    /// <summary>Asks a cursor for messages and has them worked on, until it has no room or there are no more.</summary>
    /// <param name="process">The member's life.</param>
    /// <param name="partition">Where.</param>
    /// <param name="room">For how many messages; that much of its credit is taken already.</param>
    /// <param name="settlements">What to settle with it.</param>
    /// <returns>Whether that was answered.</returns>
    public async Task<bool> LeaseAsync(Process process, TopicPartition partition, int room, IReadOnlyList<Settlement> settlements)
    {
        while (true)
        {
            var request = new LeaseRequest(_group, partition, process.Name)
            {
                MaxMessages = room,
                MaxBytes = _dice.Chance(0.5) ? _dice.Between(1, 3_000) : 1 << 20,
                Duration = _dice.Chance(0.2) ? _dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)) : null,
                Settlements = settlements,
            };
            var asked = _scene.World.Now;
            var reply = await _scene.Cluster.AskAsync(process, new QueueKey(_group, partition), host => _scene.Queues.LeaseAsync(host, request, asked), Timeout, mayRepeat: true, mayOutlive: true);
            _scene.Counts.Add("lease");
            var leased = reply.IsAnswer ? Take(reply.Value) : null;
            if (reply is { IsAnswer: true, Value: LeaseResult.Damaged })
            {
                await PauseAsync(process, 2_000);
            }

            var got = leased is null ? 0 : Begin(process, partition, leased, asked);
            Give(room - got);
            if (leased is not { HasMore: true } || settlements.Count != 0 || Free <= 0)
            {
                return leased is not null;
            }

            room = Math.Min(Free, _dice.Between(1, 20));
            _held += room;
        }
    }

    /// <summary>Takes as much credit as there is, up to some.</summary>
    public int TakeCredit(int most)
    {
        var taken = Math.Max(0, Math.Min(Free, most));
        _held += taken;
        return taken;
    }

    private Process Begin()
    {
        _lives++;
        _held = 0;
        var process = new Process(_scene.World, $"{_name}.{_lives}");
        _actor = process.NewActor(process.Name);
        _actor.Start(() => RunAsync(process));
        return process;
    }

    private async Task RunAsync(Process process)
    {
        while (true)
        {
            await JoinAsync(process);
            var joined = ++_joins;
            _actor.Start(() => BeatAsync(process, joined));
            while (_joins == joined && await WaitAsync(process))
            {
                // It waits again as long as it is a member.
            }

            _joins++;
            await PauseAsync(process, 1_000);
        }
    }

    private async Task JoinAsync(Process process)
    {
        while (true)
        {
            var id = $"{_name}-{_lives}-{_dice.Below(1_000_000)}";
            var request = new JoinRequest(_group, id, [.. _scene.Cluster.Topics.Select(topic => topic.Name)])
            {
                Create = new GroupSettings { Kind = GroupKind.Queue, Queue = _settings },
                SessionTimeout = Session,
            };
            var reply = await _scene.Cluster.AskAsync(process, _group, host => host.JoinAsync(request, CancellationToken.None), Timeout);
            if (reply is { IsAnswer: true, Value: JoinResult.Joined joined })
            {
                _member = joined.Member;
                _scene.Queues.Begun(_group);
                return;
            }

            if (reply.IsAnswer)
            {
                _scene.Findings.Add($"{_name} was not let in: {reply.Value}");
            }

            await PauseAsync(process, 1_000);
        }
    }

    /// <summary>Shows that it lives, as long as it is this member.</summary>
    private async Task BeatAsync(Process process, int joined)
    {
        while (_joins == joined)
        {
            var request = new HeartbeatRequest(_group, _member, Generation.None);
            var reply = await _scene.Cluster.AskAsync(process, _group, host => host.HeartbeatAsync(request, CancellationToken.None), Timeout);
            _scene.Counts.Add("heartbeat");
            if (_joins == joined && reply is { IsAnswer: true, Value: not (HeartbeatResult.Assigned or HeartbeatResult.Unchanged) })
            {
                _joins++;
            }

            await _scene.World.WaitAsync(_dice.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)), process);
        }
    }

    /// <summary>Waits once, for room or for messages; false where it is no member any more.</summary>
    private async Task<bool> WaitAsync(Process process)
    {
        if (Free <= 0)
        {
            await _freed.Task;
            return true;
        }

        var isCalm = _scene.IsCalm;
        var request = new WaitRequest(_group, _member) { MaxWait = _scene.IsCalm ? LongestWait : _dice.Between(TimeSpan.Zero, LongestWait) };
        var reply = await _scene.Cluster.AskAsync(process, _group, host => host.WaitAsync(request, CancellationToken.None), LongestWait + Timeout);
        _scene.Counts.Add("wait");
        switch (reply.IsAnswer ? reply.Value : null)
        {
            case null:
                await PauseAsync(process, 200);
                return true;
            case WaitResult.Ready ready:
                HasWaited = isCalm;
                Lease(process, ready);
                return true;
            default:
                _scene.World.Note(process.Name, $"wait: {reply.Value}");
                return false;
        }
    }

    private void Lease(Process process, WaitResult.Ready ready)
    {
        foreach (var (partition, messages) in ready.Partitions)
        {
            var room = TakeCredit(messages);
            if (room != 0)
            {
                _actor.Start(() => LeaseAsync(process, partition, room, []));
            }
        }

        // A member may ask wherever it likes, whether it was told of messages or not.
        if (!_scene.IsHealing && _dice.Chance(0.1) && TakeCredit(_dice.Between(1, 5)) is var free and not 0)
        {
            var partition = _dice.Pick(_scene.Cluster.AllPartitions.ToList());
            _actor.Start(() => LeaseAsync(process, partition, free, []));
        }
    }

    /// <summary>What was leased; null where that is no answer to go on with.</summary>
    private LeaseResult.Leased? Take(LeaseResult result)
    {
        if (result is not (LeaseResult.Leased or LeaseResult.Fenced or LeaseResult.Throttled or LeaseResult.Damaged))
        {
            _scene.Findings.Add($"{_name} asked for messages and was answered {result}");
        }

        return result as LeaseResult.Leased;
    }

    /// <summary>Begins to work on what was leased, unless the lease was over before the answer came; answers how many messages it holds by that.</summary>
    private int Begin(Process process, TopicPartition partition, LeaseResult.Leased leased, long asked)
    {
        var until = asked + leased.ValidFor.Ticks;
        var messages = _scene.World.Now >= until ? [] : HeldMessage.Of(_scene.Cluster.NameOf(partition), partition, leased);
        if (messages.Length != 0)
        {
            if (!_scene.Damage.IsTouched(partition) && LeaseCheck.FindProblem(leased, messages) is { } problem)
            {
                _scene.Findings.Add($"{_name}, in {_scene.Cluster.NameOf(partition)}: {problem}");
            }

            _scene.Counts.Add("messages leased", messages.Length);
            _scene.World.Note(process.Name, $"{_scene.Cluster.NameOf(partition)} lease {leased.Lease.Number}: {string.Join(' ', messages.Select(message => $"{message.First}({message.DeliveryCount})"))}");
        }

        foreach (var message in messages)
        {
            var work = new QueueWork(_scene, this, process, _group, partition, leased.Lease, new OffsetRange(message.First, message.End), until, _dice);
            _actor.Start(work.RunAsync);
        }

        return messages.Length;
    }

    private void Give(int credit)
    {
        _held -= credit;
        if (credit > 0)
        {
            var before = _freed;
            _freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            before.SetResult();
        }
    }

    private Task PauseAsync(Process process, int most) => _scene.World.WaitAsync(TimeSpan.FromMilliseconds(_dice.Between(10, most)), process);
}
