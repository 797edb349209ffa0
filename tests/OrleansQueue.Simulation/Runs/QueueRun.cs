using OrleansQueue.Broker;
using OrleansQueue.History.Queues;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Runs;

/// <summary>The queue groups of a run, and what is asked of them when all is well again.</summary>
internal sealed class QueueRun
{
    // Requests that were late in the time of trouble have come by then, such as one that opens a log and takes it from its owner.
    private static readonly TimeSpan LateSettling = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly World _world;
    private readonly Plan _plan;
    private readonly Scene _scene;

    public QueueRun(World world, Plan plan, Scene scene)
    {
        _world = world;
        _plan = plan;
        _scene = scene;
        scene.Cluster.Burying = scene.Queues.Burying;
        Members = [.. Groups.SelectMany(group =>
        {
            var settings = SettingsOf(world.DiceFor(group));
            scene.Queues.Group(group, settings);
            return Enumerable.Range(1, plan.QueueMembers).Select(number => new QueueMember(scene, group, settings, number));
        })];
    }

    public IReadOnlyList<QueueMember> Members { get; }

    private IEnumerable<string> Groups => Enumerable.Range(0, _plan.QueueGroups).Select(number => $"queue{number}");

    /// <summary>Has all groups finish, then publishes some more and looks how long that waits.</summary>
    /// <param name="ends">Where the partitions end.</param>
    /// <param name="reach">Runs until something is so, or finds that it never will be.</param>
    public void End(IReadOnlyList<(TopicPartition Partition, Offset End)> ends, Action<string, Func<bool>> reach)
    {
        if (_plan.QueueGroups == 0)
        {
            return;
        }

        Finish(ends, reach);

        // Whoever is told of messages that are damaged asks for them again and again, and would have no time for others.
        if (!_scene.Cluster.AllPartitions.Any(_scene.Damage.IsTouched))
        {
            Watch(reach);
        }

        var letters = _scene.Cluster.OwnTopics.SelectMany(topic => Enumerable.Range(0, topic.Settings.Partitions).Select(number => new LetterDrain(_scene, topic, new Partition(number)))).ToList();
        reach("dead letters could not be read", () => letters.TrueForAll(drain => drain.IsDone));
    }

    private void Watch(Action<string, Func<bool>> reach)
    {
        _scene.IsCalm = true;
        reach("members of queue groups did not wait", () => Members.All(member => member.HasWaited));
        _world.RunUntil(() => false, _plan.Has(FaultKind.LateRequest) ? LateSettling : Settling);
        Probe(isFirst: true, reach);
        _scene.Queues.Recorder.Calm(_world.Now);
        Probe(isFirst: false, reach);
    }

    /// <summary>What was wrong, but in partitions that are damaged: groups go on there at another place, and what that means for a message nobody can say.</summary>
    public IEnumerable<string> Problems()
    {
        var touched = _scene.Cluster.AllPartitions.Where(_scene.Damage.IsTouched).Select(_scene.KeyOf).ToHashSet();
        return QueueChecker.Check(_scene.Queues.Recorder).Where(anomaly => !touched.Contains(anomaly.Partition)).Select(anomaly => anomaly.ToString());
    }

    private void Probe(bool isFirst, Action<string, Func<bool>> reach)
    {
        var probe = new Probe(_scene, isFirst);
        reach("messages could not be published in the calm", () => probe.IsDone);
        Finish([.. probe.Ends], reach);
    }

    private void Finish(IReadOnlyList<(TopicPartition Partition, Offset End)> ends, Action<string, Func<bool>> reach)
    {
        var groups = Groups.Select(group => new QueueEnd(_scene, group, ends)).ToList();
        reach("queue groups did not finish", () => groups.TrueForAll(end => end.IsDone));
    }

    private static QueueSettings SettingsOf(Dice dice)
    {
        var backoff = dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(1));
        return new QueueSettings
        {
            Lease = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)),
            MaxDeliveries = dice.Between(1, 5),
            Backoff = backoff,
            MaxBackoff = backoff + dice.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)),
            OrderedByKey = dice.Chance(0.5),
            TenantHeader = dice.Chance(0.3) ? Messages.TenantHeader : null,

            // How long messages wait is not looked at in these: a pause keeps them waiting.
            Breaker = dice.Chance(0.4) ? BreakerOf(dice) : null,
        };
    }

    private static BreakerSettings BreakerOf(Dice dice) => new()
    {
        FailureRatio = dice.Between(1, 5) / 10.0,
        LeastDeliveries = dice.Between(1, 10),
        Window = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
        Pause = dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)),
    };
}
