using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>How partitions come and go. All of it under the lock, but what waits.</summary>
internal sealed partial class GroupConsumer
{
    private readonly Dictionary<TopicPartition, PartitionRun> _runs = [];
    private readonly Dictionary<TopicPartition, Departure> _departures = [];
    private readonly List<Release> _released = [];

    private List<PartitionRun> Runs()
    {
        lock (_lock)
        {
            return [.. _runs.Values];
        }
    }

    private List<Task> Departures()
    {
        lock (_lock)
        {
            return [.. _departures.Values.Select(departure => departure.Done)];
        }
    }

    /// <summary>What is on its way out and still the member's, so that what is finished of it is the member's to commit.</summary>
    private List<PartitionRun> Departing()
    {
        lock (_lock)
        {
            // Where the group gave the partition anew, it takes nothing of before.
            return [.. _departures.Values.Where(departure => departure is { IsOrderly: true, IsLost: false } && !_runs.ContainsKey(departure.Run.Id)).Select(departure => departure.Run)];
        }
    }

    /// <summary>Takes over what a heartbeat brought; null where nothing changed.</summary>
    /// <param name="assigned">All partitions of the member.</param>
    /// <param name="told">What the group was told with that heartbeat.</param>
    public void Apply(HeartbeatResult.Assigned? assigned, IReadOnlyList<Release> told)
    {
        var lost = new List<PartitionRun>();
        lock (_lock)
        {
            _released.RemoveAll(told.Contains);
            if (assigned is null || _stopping is not null)
            {
                return;
            }

            _membership.Known = assigned.Generation;
            var wanted = assigned.Partitions.ToDictionary(partition => partition.Start.TopicPartition);
            foreach (var run in _runs.Values.ToList())
            {
                Change(run, wanted.GetValueOrDefault(run.Id), assigned.Generation, lost);
            }

            foreach (var (id, departure) in _departures)
            {
                departure.Again = departure is { IsOrderly: true, IsLost: false } && wanted.TryGetValue(id, out var again) && again.Since == departure.Run.Since ? again : null;
            }

            foreach (var (id, partition) in wanted)
            {
                if (!_runs.ContainsKey(id) && _departures.GetValueOrDefault(id)?.Again is null)
                {
                    Begin(partition);
                }
            }
        }

        lost.ForEach(run => run.Cancel());
    }

    private void Change(PartitionRun run, AssignedPartition? wanted, Generation generation, List<PartitionRun> lost)
    {
        if (wanted is null)
        {
            Leave(run, isOrderly: true);
        }
        else if (wanted.Since != run.Since)
        {
            Leave(run, isOrderly: false);
            lost.Add(run);
        }
        else
        {
            run.Update(wanted.IsPaused, generation);
        }
    }

    private void Begin(AssignedPartition partition)
    {
        var id = partition.Start.TopicPartition;
        var run = new PartitionRun(this, partition);
        var before = _departures.GetValueOrDefault(id)?.Done ?? Task.CompletedTask;
        _runs[id] = run;
        run.Served = Client.Background.Start(() => ServeAsync(run, before));
    }

    private async Task ServeAsync(PartitionRun run, Task before)
    {
        try
        {
            // One message of a partition is in hand at a time, also where the member loses it and gets it back.
            await before;
            await _plan.Serve(run);
        }
        catch (OperationCanceledException) when (run.Lost.IsCancellationRequested)
        {
            // What was in hand was cancelled with the partition.
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
    }

    /// <summary>Everything is somebody else's, or nobody's: nothing more is committed. What it returns is to be cancelled outside the lock.</summary>
    private List<PartitionRun> AbandonAll()
    {
        var runs = _runs.Values.ToList();
        List<PartitionRun> lost = [.. LoseDepartures(), .. runs];
        runs.ForEach(run => Leave(run, isOrderly: false));
        return lost;
    }

    /// <summary>What is about to go is lost before it is released. What it returns is to be cancelled outside the lock.</summary>
    private List<PartitionRun> LoseDepartures()
    {
        foreach (var departure in _departures.Values)
        {
            departure.IsLost = true;
            departure.Again = null;
        }

        return [.. _departures.Values.Select(departure => departure.Run)];
    }

    private void Leave(PartitionRun run, bool isOrderly)
    {
        _runs.Remove(run.Id);
        run.StopDelivering();
        var departure = new Departure(run, isOrderly, Member);
        _departures[run.Id] = departure;
        departure.Done = Client.Background.Start(() => DepartAsync(departure));
    }

    private async Task DepartAsync(Departure departure)
    {
        var run = departure.Run;
        await DrainAsync(run, Options.DrainTimeout);
        try
        {
            // Also where the time to drain was over and the rest was cancelled: what was finished before is the member's until it is released.
            if (departure is { IsOrderly: true, IsLost: false })
            {
                await _commits.InsistAsync([run], () => !departure.IsLost && _membership.Silence < Options.SessionTimeout, _ended);
            }
        }
        catch (Exception problem)
        {
            // What is not committed comes again, to whoever has the partition then.
            Logger.CallFailed(problem, Group);
        }

        run.Cancel();
        lock (_lock)
        {
            if (_departures.GetValueOrDefault(run.Id) == departure)
            {
                _departures.Remove(run.Id);
            }

            if (departure.Again is { } again && _stopping is null && _failure is null)
            {
                Begin(again with { Start = run.Progress.Finished });
            }
            else if (departure.IsOrderly && departure.Of == Member)
            {
                _released.Add(new Release(run.Id, run.Since));
            }
        }

        run.Dispose();
        _membership.BeatAtOnce();
    }

    /// <summary>Waits until nothing of a partition is in hand; what is not done in time is cancelled.</summary>
    private async Task DrainAsync(PartitionRun run, TimeSpan drain)
    {
        try
        {
            await run.Served.WaitAsync(drain, Client.Clock);
        }
        catch (TimeoutException)
        {
            Logger.NotDrained(Group, run.Id.Partition, run.Topic, drain);
            run.Cancel();
        }
    }

    /// <summary>Stops a partition for the group at a message; the generation that the member knew then, or null where the partition is not its any more.</summary>
    public async Task<Generation?> StopPartitionAsync(PartitionRun run, Position message, Exception error)
    {
        Generation known;
        lock (_lock)
        {
            known = _membership.Known;
        }

        var request = new StopPartitionRequest(Group, Member, message, run.Since, $"{error.GetType().Name}: {error.Message}");
        var result = await InsistAsync(token => Client.Broker.StopPartitionAsync(request, token), run);
        if (result is not CommitResult.Committed { Refusals.Count: 0 })
        {
            return null;
        }

        Logger.Stopped(error, Group, run.Id.Partition, run.Topic, message.Offset);
        return known;
    }

    /// <summary>Makes a call for a partition until it is answered, or the partition is lost.</summary>
    /// <exception cref="OperationCanceledException">The partition was lost.</exception>
    public async Task<T> InsistAsync<T>(Func<CancellationToken, ValueTask<T>> call, PartitionRun run)
    {
        var backoff = default(Backoff);
        while (true)
        {
            try
            {
                return await Client.TryAsync(call, Client.Options.CallTimeout, run.Lost);
            }
            catch (Exception problem) when (Membership.IsOutage(problem, run.Lost))
            {
                Logger.CallFailed(problem, Group);
            }

            await Task.Delay(backoff.Next(), Client.Clock, run.Lost);
        }
    }

    /// <summary>A partition that the member gives up, or lost.</summary>
    private sealed class Departure(PartitionRun run, bool isOrderly, GroupMember of)
    {
        public PartitionRun Run => run;

        /// <summary>Whether it is drained, committed and released.</summary>
        public bool IsOrderly => isOrderly;

        /// <summary>Whether the member lost it before it was released; then nothing of it is committed.</summary>
        public bool IsLost { get; set; }

        /// <summary>Whose it was.</summary>
        public GroupMember Of => of;

        /// <summary>The assignment that gave it back before it was released.</summary>
        public AssignedPartition? Again { get; set; }

        public Task Done { get; set; } = Task.CompletedTask;
    }
}
