using OrleansQueue.Broker;
using OrleansQueue.History;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>Reads a partition from its start to its end when all is well again, so that what is not there is missed.</summary>
internal sealed class Drain
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Scene _scene;
    private readonly Process _process;
    private readonly TopicPartition _partition;
    private readonly Consumer _who;

    public Drain(Scene scene, TopicPartition partition)
    {
        _scene = scene;
        _partition = partition;
        _who = new Consumer($"drain of {scene.Cluster.NameOf(partition)}");
        _process = new Process(scene.World, _who.Name);
        _process.NewActor(_who.Name).Start(RunAsync);
    }

    public TopicPartition Partition => _partition;

    public bool IsDone { get; private set; }

    public Offset LogStart { get; private set; }

    public Offset End { get; private set; }

    private async Task RunAsync()
    {
        var start = await FindAsync(new OffsetQuery.Earliest());
        End = (await FindAsync(new OffsetQuery.Latest())).Offset;
        LogStart = start.Offset;
        var cursor = new Cursor(_scene, _process, _who, start, _scene.World.DiceFor(_who.Name), (offset, value) => _scene.Queues.Stored(_partition, offset, value));
        if (_scene.Plan.RetentionTime is not null)
        {
            // A silo that stood still in the middle of its retention may have gone further than was foreseen when it began.
            _scene.History.Deleted(_scene.KeyOf(_partition), LogStart.Value);
        }

        var isTouched = _scene.Damage.IsTouched(_partition);
        var key = _scene.KeyOf(_partition);
        var token = isTouched ? default : _scene.History.BeginDrain(_who, key, start.Offset.Value);
        while (cursor.Position.Offset < End)
        {
            switch (await cursor.StepAsync(TimeSpan.Zero))
            {
                case CursorStep.Damaged:
                    var bad = cursor.Position.Offset;
                    _scene.Damage.Told(_partition, bad.Value, bad.Value + 1);
                    cursor.Seek(cursor.Position with { Offset = bad.Plus(1), Epoch = Epoch.None });
                    break;
                case CursorStep.Moved:
                    break;
                default:
                    await _scene.World.WaitAsync(Pause, _process);
                    break;
            }
        }

        if (isTouched)
        {
            await TakeDamageAsync();
        }
        else
        {
            _scene.History.Drained(token, End.Value);
        }

        IsDone = true;
    }

    /// <summary>A partition that is offline for writing says so, and then what lay behind its end cannot be read any more.</summary>
    private async Task TakeDamageAsync()
    {
        while (true)
        {
            var reply = await _scene.Cluster.AskAsync(_process, _partition, server => server.DescribeAsync(), Timeout);
            if (reply is { IsAnswer: true, Value: { } status })
            {
                if (status.Damage is not null)
                {
                    _scene.Damage.Told(_partition, status.HighWatermark.Value, long.MaxValue);
                }

                return;
            }

            await _scene.World.WaitAsync(Pause, _process);
        }
    }

    private async Task<Position> FindAsync(OffsetQuery query)
    {
        while (true)
        {
            var reply = await _scene.Cluster.AskAsync(_process, _partition, server => server.ListOffsetsAsync(query, CancellationToken.None), Timeout);
            if (reply is { IsAnswer: true, Value: ListOffsetsResult.Found found })
            {
                return found.Position;
            }

            await _scene.World.WaitAsync(Pause, _process);
        }
    }
}
