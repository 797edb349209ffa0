using OrleansQueue.History;
using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Faults;
using OrleansQueue.Simulation.Stores;
using OrleansQueue.Simulation.Worlds;
using OrleansQueue.Storage.Memory;

namespace OrleansQueue.Simulation.Runs;

/// <summary>What came of a run.</summary>
internal sealed record Outcome(
    Plan Plan, IReadOnlyList<string> Problems, ulong Hash, TimeSpan Simulated, Counts Counts, FaultCounts Faults, IReadOnlyList<string> Trace)
{
    public bool IsGood => Problems.Count == 0;
}

/// <summary>One run: a time of trouble, then healing, then a look at everything.</summary>
internal sealed class SimulatedRun : IDisposable
{
    // Far longer than anything takes that waits for something: what is not done by then never will be.
    private static readonly TimeSpan LongestHealing = TimeSpan.FromMinutes(10);

    private readonly World _world;
    private readonly Dice _dice;
    private readonly Plan _plan;
    private readonly FaultCounts _faults = new();
    private readonly Cluster _cluster;
    private readonly Scene _scene;
    private readonly Nemesis _nemesis;
    private readonly List<Producer> _producers;
    private readonly List<Reader> _readers;
    private readonly List<Member> _members;
    private readonly QueueRun _queues;
    private List<Drain> _drains = [];

    private SimulatedRun(Plan plan, bool keepsText)
    {
        _plan = plan;
        _world = new World(plan.Seed, keepsText);
        _dice = _world.DiceFor("run");
        _cluster = new Cluster(_world, plan, new Network(_world, _faults));
        _scene = new Scene(_world, plan, _cluster, _faults);
        var trouble = new DiskTrouble(_world, _faults);
        var store = new StoreTrouble();
        var disk = plan.IsShared ? null : new SimulatedDisk();
        ISiloStarter silos = disk is null ? new SharedSilos(_world, new MemoryLogStore(new StoreId(_world.DiceFor("store").Guid())) { UsesCheckpoints = true }, store, _faults) : new FileSilos(_world, plan, disk, trouble);
        _nemesis = new Nemesis(_scene, trouble, store, disk, silos);
        _producers = [.. Enumerable.Range(1, plan.Producers).Select(number => new Producer(_scene, number))];
        _readers = [.. Enumerable.Range(1, plan.Readers).Select(number => new Reader(_scene, number))];
        _members = [.. Enumerable.Range(0, plan.Groups).SelectMany(group => Enumerable.Range(1, plan.Members).Select(number => new Member(_scene, $"group{group}", number)))];
        _nemesis.Clients.AddRange(_readers.Select(reader => ((Func<Process>)(() => reader.Process), (Action)(() => { }))));
        _nemesis.Clients.AddRange(_members.Select(member => ((Func<Process>)(() => member.Process), (Action)member.NoteSilence)));
        _queues = new QueueRun(_world, plan, _scene);
        _nemesis.Clients.AddRange(_queues.Members.Select(member => ((Func<Process>)(() => member.Process), (Action)(() => { }))));
        _ = new Janitor(_scene);
        BringMembersBack();
    }

    /// <summary>Runs a plan on the caller's thread. The same plan gives the same outcome.</summary>
    public static Outcome Run(Plan plan, bool keepsText = false)
    {
        using var simulation = new SimulatedRun(plan, keepsText);
        return simulation.Run();
    }

    public void Dispose() => _cluster.Dispose();

    private Outcome Run()
    {
        _world.RunUntil(() => false, _plan.TroubledTime);
        _nemesis.Heal();
        Reach("producers did not end", () => _producers.TrueForAll(producer => producer.IsDone));
        _nemesis.EndAll();
        Reach("readers did not end", () => _readers.TrueForAll(reader => reader.IsDone || reader.Process.IsDead));
        _drains = [.. _cluster.AllPartitions.Select(partition => new Drain(_scene, partition))];
        Reach("partitions could not be read to their end", () => _drains.TrueForAll(drain => drain.IsDone));
        var ends = Enumerable.Range(0, _plan.Groups).Select(group => new GroupEnd(_scene, $"group{group}", _drains)).ToList();
        Reach("groups did not get to the end", () => ends.TrueForAll(end => end.IsDone));
        _queues.End([.. _drains.Select(drain => (drain.Partition, drain.End))], Reach);
        return new Outcome(_plan, Problems(), _world.Trace.Hash, new TimeSpan(_world.Now), _scene.Counts, _faults, _world.Trace.Lines);
    }

    /// <summary>Members that died come back some time later.</summary>
    private void BringMembersBack()
    {
        _members.ForEach(member => member.BeginAgainIfDead());
        foreach (var member in _queues.Members)
        {
            member.BeginAgainIfDead();
        }

        _world.After(_dice.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20)), null, BringMembersBack);
    }

    private void Reach(string failure, Func<bool> isSo)
    {
        if (_world.Broken is null && _scene.Findings.All.Count == 0 && !_world.RunUntil(isSo, LongestHealing))
        {
            _scene.Findings.Add($"stuck: {failure}");
        }
    }

    /// <summary>
    /// Where a log ends at a damage, and the last epoch before that may be what is damaged, groups go back to that end. What such a partition
    /// has lost is the ledger's to judge, which knows what was told of it.
    /// </summary>
    private bool IsOfDamage(Anomaly anomaly) => anomaly.Kind is AnomalyKind.CommitRegression or AnomalyKind.LostWrite
        && _cluster.AllPartitions.Any(partition => _scene.Damage.IsTouched(partition) && _scene.KeyOf(partition) == anomaly.Partition);

    private List<string> Problems()
    {
        var problems = new List<string>(_scene.Findings.All);
        if (_world.Broken is { } broken)
        {
            problems.Add(broken);
        }

        if (problems.Count == 0)
        {
            _scene.RecordAcknowledged();
            var report = HistoryChecker.Check(_scene.History.Build());
            problems.AddRange(report.Anomalies.Where(anomaly => !IsOfDamage(anomaly)).Select(anomaly => anomaly.ToString()));
            problems.AddRange(_queues.Problems());
            problems.AddRange(_scene.Damage.FindSilentLosses(partition => _drains.First(drain => drain.Partition == partition).LogStart.Value));
        }

        return problems;
    }
}
