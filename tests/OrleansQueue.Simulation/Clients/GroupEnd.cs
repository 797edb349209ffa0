using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>Waits until a group has committed every partition to its end, as it must when all is well again.</summary>
internal sealed class GroupEnd
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Scene _scene;
    private readonly string _group;
    private readonly Process _process;
    private readonly Dictionary<TopicPartition, Offset> _left = [];

    public GroupEnd(Scene scene, string group, IReadOnlyList<Drain> drains)
    {
        _scene = scene;
        _group = group;
        _process = new Process(scene.World, $"end of {group}");
        foreach (var drain in drains)
        {
            _left.Add(drain.Partition, drain.End);
        }

        _process.NewActor($"end of {group}").Start(RunAsync);
    }

    public bool IsDone => _left.Count == 0;

    private async Task RunAsync()
    {
        while (!IsDone)
        {
            foreach (var (partition, end) in _left.ToList())
            {
                // A partition that is damaged cannot be read to its end, and an empty one has nothing to commit.
                if (_scene.Damage.IsTouched(partition) || end == Offset.Zero || await FindCommittedAsync(partition) >= end)
                {
                    _left.Remove(partition);
                }
            }

            await _scene.World.WaitAsync(Pause, _process);
        }
    }

    private async Task<Offset> FindCommittedAsync(TopicPartition partition)
    {
        var token = _scene.History.BeginCommittedRead(_group, _scene.KeyOf(partition));
        var reply = await _scene.Cluster.AskAsync(_process, _group, host => host.ReadPositionsAsync([partition]), Timeout);
        if (reply is not { IsAnswer: true, Value: [var committed, ..] })
        {
            return Offset.Zero;
        }

        _scene.History.CommittedRead(token, committed.Position.Offset.Value);
        return committed.Position.Offset;
    }
}
