using OrleansQueue.Broker;
using OrleansQueue.History;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>A batch on its way.</summary>
internal sealed class LaneBatch(long[] values)
{
    public long[] Values => values;

    public required SendToken Token { get; init; }

    public required long Deadline { get; init; }

    public Sequence First { get; set; }

    public ProducerEpoch Epoch { get; set; }

    /// <summary>Whether an attempt got no answer, so that the batch may be stored.</summary>
    public bool MayBeStored { get; set; }

    public bool IsInFlight { get; set; }

    public bool IsDone { get; set; }
}

/// <summary>
/// What one producer sends to one partition. Batches keep their sequence until they are answered; where one cannot be brought to
/// an end, all that may be stored is unknown, and the rest goes on under a new epoch.
/// </summary>
internal sealed class Lane(Scene scene, Process process, string name, TopicPartition partition, ProducerId id, Dice dice)
{
    private const int MostInFlight = 5;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(60);

    private readonly List<LaneBatch> _window = [];
    private ProducerEpoch _epoch;
    private Sequence _next;
    private bool _isKnown;
    private Epoch _acknowledgedBy = Epoch.None;
    private int _plain;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until another batch may be sent.</summary>
    public async Task RoomAsync()
    {
        while (_window.Count >= MostInFlight)
        {
            await _changed.Task;
        }
    }

    /// <summary>Sends a batch until it is answered or its time is over.</summary>
    public async Task SendAsync(long[] values)
    {
        var batch = new LaneBatch(values)
        {
            Token = scene.History.BeginSend(name, scene.KeyOf(partition), values),
            Deadline = scene.World.Now + DeliveryTimeout.Ticks,
        };
        Stamp(batch);
        _window.Add(batch);
        while (!batch.IsDone)
        {
            if (scene.World.Now >= batch.Deadline)
            {
                GiveUp(batch);
                LoseIdentity();
            }
            else if (_isKnown || _window[0] == batch)
            {
                await AttemptAsync(batch);
            }
            else
            {
                // A broker that does not know the producer yet takes its first batch only.
                await _changed.Task;
            }
        }
    }

    /// <summary>Sends a batch of no producer, once.</summary>
    public async Task SendOnceAsync(long[] values)
    {
        // Nothing keeps one such batch from overtaking another, so each is a sender of its own.
        var token = scene.History.BeginSend($"{name}-{++_plain}-{partition.Partition}-{id.Value}", scene.KeyOf(partition), values);
        var frame = Messages.Batch(ProducerStamp.None, values, Timestamp.Now(process.Clock), scene.Plan.QueueGroups != 0);
        var reply = await scene.Cluster.AskAsync(process, partition, server => server.ProduceAsync(frame), CallTimeout);
        scene.Counts.Add("produce");
        if (!reply.IsAnswer)
        {
            scene.History.SendUnknown(token);
        }
        else if (reply.Value is ProduceResult.Appended appended)
        {
            scene.Acknowledged(token, partition, values, appended.BaseOffset);
        }
        else
        {
            CheckAnswer(reply.Value);
            scene.History.SendRefused(token);
            scene.Counts.Add("batches refused");
        }
    }

    private async Task AttemptAsync(LaneBatch batch)
    {
        var stamp = new ProducerStamp(id, batch.Epoch, batch.First);
        var isFirst = _window[0] == batch;
        var frame = Messages.Batch(stamp, batch.Values, Timestamp.Now(process.Clock), scene.Plan.QueueGroups != 0);
        batch.IsInFlight = true;
        var reply = await scene.Cluster.AskAsync(process, partition, server => server.ProduceAsync(frame), CallTimeout, mayRepeat: true);
        batch.IsInFlight = false;
        scene.Counts.Add("produce");
        if (batch.IsDone)
        {
            return;
        }

        batch.MayBeStored |= !reply.IsAnswer || reply.WasRepeated;
        scene.World.Note(name, $"{partition.Partition} {stamp.Epoch.Value}/{stamp.First.Value} {string.Join(',', batch.Values)}: {(reply.IsAnswer ? reply.Value : reply.Problem)}");
        if (reply.IsAnswer)
        {
            await TakeAsync(batch, reply.Value, isFirst, reply.Owner);
        }
        else
        {
            await PauseAsync(TimeSpan.FromMilliseconds(100));
        }
    }

    private async Task TakeAsync(LaneBatch batch, ProduceResult answer, bool wasFirst, Epoch owner)
    {
        CheckAnswer(answer);
        switch (answer)
        {
            case ProduceResult.Appended appended:
                (_isKnown, _acknowledgedBy) = (true, owner > _acknowledgedBy ? owner : _acknowledgedBy);
                scene.Acknowledged(batch.Token, partition, batch.Values, appended.BaseOffset);
                End(batch);
                break;
            case ProduceResult.Duplicate duplicate:
                (_isKnown, _acknowledgedBy) = (true, owner > _acknowledgedBy ? owner : _acknowledgedBy);
                scene.Acknowledged(batch.Token, partition, batch.Values, duplicate.BaseOffset);
                End(batch);
                break;
            case ProduceResult.Throttled throttled:
                await PauseAsync(throttled.After);
                break;
            case ProduceResult.NoSpace full:
                await PauseAsync(full.After);
                break;
            case ProduceResult.Fenced:
            case ProduceResult.OutOfOrder when !wasFirst:
                await PauseAsync(TimeSpan.FromMilliseconds(20));
                break;
            case ProduceResult.UnknownProducer when _isKnown && owner >= _acknowledgedBy && !scene.Cluster.IsReplaced(partition, owner) && scene.Plan.RetentionTime is null && !scene.Damage.IsTouched(partition):
                scene.Findings.Add($"{scene.Cluster.NameOf(partition)} forgot producer {id.Value}, epoch {batch.Epoch.Value}, of which it had acknowledged batches");
                LoseIdentity();
                break;
            case ProduceResult.OutOfOrder or ProduceResult.UnknownProducer or ProduceResult.ProducerFenced:
                LoseIdentity();
                break;
            default:
                GiveUp(batch);
                LoseIdentity();
                break;
        }
    }

    private void CheckAnswer(ProduceResult answer)
    {
        if (answer is ProduceResult.Refused or ProduceResult.UnknownPartition or ProduceResult.TopicFull
            || (answer is ProduceResult.Damaged && !scene.Damage.IsTouched(partition)))
        {
            scene.Findings.Add($"{scene.Cluster.NameOf(partition)} answered {answer}");
        }
    }

    private void Stamp(LaneBatch batch)
    {
        (batch.First, batch.Epoch) = (_next, _epoch);
        _next = _next.Plus(batch.Values.Length);
    }

    private void GiveUp(LaneBatch batch)
    {
        if (batch.MayBeStored || batch.IsInFlight)
        {
            scene.History.SendUnknown(batch.Token);
            scene.Counts.Add("messages unknown", batch.Values.Length);
        }
        else
        {
            scene.History.SendRefused(batch.Token);
            scene.Counts.Add("batches refused");
        }

        End(batch);
    }

    /// <summary>Begins a new epoch. What may be stored under the old one is unknown; the rest gets new sequences.</summary>
    private void LoseIdentity()
    {
        _epoch = new((short)(_epoch.Value + 1));
        _next = Sequence.Zero;
        _isKnown = false;
        foreach (var batch in _window.ToList())
        {
            if (batch.MayBeStored || batch.IsInFlight)
            {
                GiveUp(batch);
            }
            else
            {
                Stamp(batch);
            }
        }

        WakeAll();
    }

    private void End(LaneBatch batch)
    {
        batch.IsDone = true;
        _window.Remove(batch);
        WakeAll();
    }

    private void WakeAll()
    {
        var before = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        before.SetResult();
    }

    private Task PauseAsync(TimeSpan least) => scene.World.WaitAsync(least + dice.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(200)), process);
}
