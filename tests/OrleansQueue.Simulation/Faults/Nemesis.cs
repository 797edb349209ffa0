using OrleansQueue.Simulation.Brokers;
using OrleansQueue.Simulation.Clients;
using OrleansQueue.Simulation.Disks;
using OrleansQueue.Simulation.Runs;
using OrleansQueue.Simulation.Stores;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Faults;

/// <summary>Makes things go wrong, as the plan allows it, and at the end puts everything right again.</summary>
internal sealed class Nemesis
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Scene _scene;
    private readonly World _world;
    private readonly Plan _plan;
    private readonly Dice _dice;
    private readonly Cluster _cluster;
    private readonly DiskTrouble _trouble;
    private readonly StoreTrouble _store;
    private readonly SimulatedDisk? _disk;
    private readonly ISiloStarter _starter;
    private readonly Process _process;
    private readonly List<(FaultKind Kind, Action Act)> _acts;
    private readonly BitFlips? _flips;

    public Nemesis(Scene scene, DiskTrouble trouble, StoreTrouble store, SimulatedDisk? disk, ISiloStarter starter)
    {
        _scene = scene;
        _world = scene.World;
        _plan = scene.Plan;
        _cluster = scene.Cluster;
        _trouble = trouble;
        _store = store;
        _disk = disk;
        _starter = starter;
        _dice = _world.DiceFor("nemesis");
        _flips = disk is null ? null : new BitFlips(scene, disk, _dice);
        _process = new Process(_world, "nemesis");
        _acts = [.. Acts().Where(act => _plan.Has(act.Kind))];
        _process.NewActor("nemesis").Start(ActAsync);
        _process.NewActor("supervisor").Start(KeepUpAsync);
    }

    /// <summary>Members and readers, which can die or stand still, with what is to be told of them first.</summary>
    public List<(Func<Process> Process, Action BeforeSilence)> Clients { get; } = [];

    /// <summary>Lets everything be well from now on.</summary>
    public void Heal()
    {
        _scene.IsHealing = true;
        _cluster.Network.Heal();
        _cluster.StaleRoutes = 0;
        _trouble.Heal();
        _store.Heal();
        if (_disk is not null)
        {
            _disk.Capacity = null;
        }

        foreach (var process in _cluster.Silos.Select(silo => silo.Process).Concat(Clients.Select(client => client.Process())).OfType<Process>())
        {
            process.Resume();
        }

        foreach (var silo in _cluster.Silos)
        {
            silo.IsSuspected = false;
        }
    }

    /// <summary>Ends all silos at once, without a word, and where they have a disk takes from it what was not synced.</summary>
    public void EndAll()
    {
        foreach (var silo in _cluster.Silos)
        {
            silo.Process?.Die("ends with all others");
        }

        _powerIsToGo = _plan.Has(FaultKind.PowerLoss);
    }

    private bool _powerIsToGo;

    private async Task ActAsync()
    {
        BeginNetworkTrouble();
        while (!_scene.IsHealing)
        {
            await _world.WaitAsync(_dice.Between(TimeSpan.Zero, _plan.BetweenFaults * 2), _process);
            if (!_scene.IsHealing && _acts.Count != 0)
            {
                _dice.Pick(_acts).Act();
            }
        }
    }

    /// <summary>Starts silos again some time after they ended.</summary>
    private async Task KeepUpAsync()
    {
        while (true)
        {
            foreach (var silo in _cluster.Silos)
            {
                if (silo.Process is null or { IsDead: true })
                {
                    Restart(silo);
                }
            }

            await _world.WaitAsync(_scene.IsHealing ? TimeSpan.FromSeconds(0.5) : _dice.Between(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(6)), _process);
        }
    }

    private void Restart(Silo silo)
    {
        if (silo.Process is not null && _disk is not null)
        {
            if (_powerIsToGo || (_plan.Has(FaultKind.PowerLoss) && _dice.Chance(0.5)))
            {
                _powerIsToGo = false;
                _scene.Faults.Add(FaultKind.PowerLoss);
                _world.Note("nemesis", "power is lost");
                _disk.LosePower(_dice);
            }

            if (!_scene.IsHealing && _plan.Has(FaultKind.BitFlip) && _dice.Chance(0.3))
            {
                _flips!.FlipAtRest();
            }
        }

        _starter.Start(silo, SkewOfNext());
    }

    /// <summary>
    /// How far the clock of a silo is off that starts. What cursors keep waits by the time of day, so the last clocks are ahead of all others:
    /// nothing then waits for an hour.
    /// </summary>
    private TimeSpan SkewOfNext() =>
        !_plan.Has(FaultKind.ClockJump) ? TimeSpan.Zero
        : _plan.QueueGroups != 0 && _scene.IsHealing ? Hour
        : _dice.Between(-Hour, Hour);

    private void BeginNetworkTrouble()
    {
        var network = _cluster.Network;
        double Rate(FaultKind kind) => _plan.Has(kind) ? _dice.Pick([0.01, 0.05, 0.2]) : 0;
        network.LostRequests = Rate(FaultKind.LostRequest);
        network.RepeatedRequests = Rate(FaultKind.RepeatedRequest);
        network.LateRequests = Rate(FaultKind.LateRequest);
        network.LostResponses = Rate(FaultKind.LostResponse);
        network.LateResponses = Rate(FaultKind.LateResponse);
        _store.LostRequests = Rate(FaultKind.LostRequest);
        _store.LateRequests = Rate(FaultKind.LateRequest);
        _store.LostResponses = Rate(FaultKind.LostResponse);
        _store.Stalls = Rate(FaultKind.SlowDisk);
    }

    private List<(FaultKind Kind, Action Act)> Acts()
    {
        List<(FaultKind Kind, Action Act)> acts =
        [
            (FaultKind.Kill, () => Kill(_dice.Pick(_cluster.Silos))),
            (FaultKind.CleanStop, Stop),
            (FaultKind.TwoOwners, ActivateAgain),
            (FaultKind.StaleRoute, () => ForAWhile(FaultKind.StaleRoute, () => _cluster.StaleRoutes = 0.4, () => _cluster.StaleRoutes = 0)),
            (FaultKind.PausedOwner, PauseSilo),
            (FaultKind.ClockJump, JumpClock),
            (FaultKind.MemberDeath, () => WithClient(client => client.Die("dies"), FaultKind.MemberDeath)),
            (FaultKind.ClientPause, () => WithClient(Pause, FaultKind.ClientPause)),
        ];
        if (_disk is { } disk)
        {
            acts.AddRange(
            [
                (FaultKind.CrashBeforeStep, () => _trouble.CrashAfter(_dice.Below(60), CrashPoint.Before)),
                (FaultKind.CrashDuringStep, () => _trouble.CrashAfter(_dice.Below(60), CrashPoint.During)),
                (FaultKind.CrashAfterStep, () => _trouble.CrashAfter(_dice.Below(60), CrashPoint.After)),
                (FaultKind.SyncError, () => ForAWhile(null, () => _trouble.SyncErrors = 0.15, () => _trouble.SyncErrors = 0)),
                (FaultKind.ShortWrite, () => ForAWhile(null, () => _trouble.ShortWrites = 0.15, () => _trouble.ShortWrites = 0)),
                (FaultKind.SlowDisk, () => ForAWhile(null, () => _trouble.Stalls = 0.1, () => _trouble.Stalls = 0)),
                (FaultKind.DiskFull, () => ForAWhile(null, () => disk.Capacity = disk.UsedBytes + _dice.Below(4_000), () => disk.Capacity = null)),
                (FaultKind.BitFlip, () => _flips!.FlipEndedSegment()),
            ]);
        }

        return acts;
    }

    private void Kill(Silo silo)
    {
        if (silo.Process is { IsDead: false } process)
        {
            _scene.Faults.Add(FaultKind.Kill);
            process.Die("is killed");
        }
    }

    private void Stop()
    {
        var silo = _dice.Pick(_cluster.Silos);
        if (silo.IsUp && !silo.IsSuspected)
        {
            _scene.Faults.Add(FaultKind.CleanStop);
            silo.Process!.NewActor("stop").Start(() => _cluster.StopAsync(silo));
        }
    }

    private void ActivateAgain()
    {
        var up = _cluster.Silos.Where(silo => silo.IsUp && !silo.IsSuspected).ToList();
        if (up.Count == 0)
        {
            return;
        }

        _scene.Faults.Add(FaultKind.TwoOwners);
        if (_plan.Groups != 0 && _dice.Chance(0.3))
        {
            var group = $"group{_dice.Below(_plan.Groups)}";
            _world.Note("nemesis", $"a second owner of {group}");
            _cluster.Groups.Activate(group, _dice.Pick(up));
            return;
        }

        var partition = _dice.Pick(_cluster.AllPartitions.ToList());
        if (_plan.QueueGroups != 0 && _dice.Chance(0.5))
        {
            ActivateQueueAgain(partition, up);
            return;
        }

        _world.Note("nemesis", $"a second owner of {_cluster.NameOf(partition)}");
        _cluster.Partitions.Activate(partition, _dice.Pick(up));
        if (_plan.Has(FaultKind.StaleRoute) && _dice.Chance(0.5))
        {
            // Both are asked for a while, so that the first does not only learn much later that it was replaced.
            ForAWhile(FaultKind.StaleRoute, () => _cluster.StaleRoutes = 0.4, () => _cluster.StaleRoutes = 0);
        }
    }

    private void ActivateQueueAgain(TopicPartition partition, List<Silo> up)
    {
        var queue = new QueueKey($"queue{_dice.Below(_plan.QueueGroups)}", partition);
        if (_dice.Chance(0.3))
        {
            _world.Note("nemesis", $"a second owner of {queue.Group}");
            _cluster.Groups.Activate(queue.Group, _dice.Pick(up));
        }
        else
        {
            _world.Note("nemesis", $"a second owner of {queue.Group} in {_cluster.NameOf(partition)}");
            _cluster.Queues.Activate(queue, _dice.Pick(up));
        }

        if (_plan.Has(FaultKind.StaleRoute) && _dice.Chance(0.5))
        {
            ForAWhile(FaultKind.StaleRoute, () => _cluster.StaleRoutes = 0.4, () => _cluster.StaleRoutes = 0);
        }
    }

    private void PauseSilo()
    {
        var silo = _dice.Pick(_cluster.Silos);
        if (silo.Process is { IsDead: false, IsPaused: false } process)
        {
            _scene.Faults.Add(FaultKind.PausedOwner);
            Pause(process);

            // The others give its grains new owners; when it returns it does not know that.
            silo.IsSuspected = _cluster.Silos.Count > 1 && _dice.Chance(0.8);
            _world.After(TimeSpan.FromMinutes(2), null, () => silo.IsSuspected &= silo.Process != process);
        }
    }

    private void Pause(Process process)
    {
        process.Pause();
        _world.After(_dice.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(45)), null, process.Resume);
    }

    private void JumpClock()
    {
        if (_dice.Pick(_cluster.Silos).Process is { IsDead: false } process)
        {
            _scene.Faults.Add(FaultKind.ClockJump);
            process.Clock.Skew = _dice.Chance(0.5) ? _dice.Between(-Hour, Hour) : _dice.Pick([-Hour, Hour]);
            _world.Note(process.Name, $"clock is off by {process.Clock.Skew}");
        }
    }

    private void WithClient(Action<Process> act, FaultKind kind)
    {
        if (Clients.Count == 0)
        {
            return;
        }

        var client = _dice.Pick(Clients);
        if (client.Process() is { IsDead: false, IsPaused: false } process)
        {
            client.BeforeSilence();
            _scene.Faults.Add(kind);
            act(process);
        }
    }

    private void ForAWhile(FaultKind? kind, Action begin, Action end)
    {
        if (kind is { } counted)
        {
            _scene.Faults.Add(counted);
        }

        begin();
        _world.After(_dice.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(15)), null, end);
    }
}
