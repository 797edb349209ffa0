using OrleansQueue.Broker;
using OrleansQueue.History;
using OrleansQueue.Simulation.Worlds;

namespace OrleansQueue.Simulation.Clients;

/// <summary>How one fetch ended.</summary>
internal enum CursorStep
{
    /// <summary>The position moved on.</summary>
    Moved,

    /// <summary>There was nothing new.</summary>
    AtEnd,

    /// <summary>There was no answer, or none worth anything; the same again later.</summary>
    Again,

    /// <summary>The broker says that what lies there is damaged.</summary>
    Damaged,
}

/// <summary>Reads one partition fetch by fetch and takes down what it saw.</summary>
internal sealed class Cursor(Scene scene, Process process, Consumer who, Position start, Dice dice, Action<long, long>? seen = null)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(8);

    /// <summary>Where it reads on.</summary>
    public Position Position { get; private set; } = start;

    /// <summary>The end of the partition as the last answer told it.</summary>
    public Offset HighWatermark { get; private set; }

    private TopicPartition Partition => Position.TopicPartition;

    /// <summary>Asks once.</summary>
    /// <param name="maxWait">How long the broker may wait where there is nothing new.</param>
    /// <param name="isWanted">Asked when the answer is there: whether it is still of use. Default: it is.</param>
    public async Task<CursorStep> StepAsync(TimeSpan maxWait, Func<bool>? isWanted = null)
    {
        var from = Position;
        var request = new FetchRequest(from) { MaxBytes = dice.Between(1, 4_000), MaxRecords = dice.Chance(0.8) ? int.MaxValue : dice.Between(1, 5), MaxWait = maxWait };
        var reply = await scene.Cluster.AskAsync(process, Partition, server => server.FetchAsync(request, CancellationToken.None), Timeout);
        scene.Counts.Add("fetch");
        return reply.IsAnswer && Position == from && isWanted?.Invoke() != false ? Take(from, reply.Value, reply.Owner) : CursorStep.Again;
    }

    /// <summary>Goes on somewhere else, and means to.</summary>
    public void Seek(Position to)
    {
        Position = to;
        scene.History.Seek(who, scene.KeyOf(Partition), to.Offset.Value);
    }

    private CursorStep Take(Position from, FetchResult result, Epoch owner)
    {
        switch (result)
        {
            case FetchResult.Fetched fetched:
                return Take(from, fetched);
            case FetchResult.Overtaken overtaken when scene.Plan.RetentionTime is not null:
                Seek(overtaken.LogStart);
                return CursorStep.Moved;
            case FetchResult.Diverged diverged when scene.Plan.RetentionTime is not null && diverged.LastCommon.Offset >= from.Offset:
                // Where retention took all records, nobody may know any more which epochs there were; the reader loses nothing by it.
                scene.Counts.Add("answers that say diverged where retention took all");
                Seek(diverged.LastCommon);
                return CursorStep.Moved;
            case FetchResult.Diverged diverged when scene.Damage.IsTouched(Partition):
                Seek(diverged.LastCommon);
                return CursorStep.Moved;
            case FetchResult.Diverged when owner < from.Epoch || scene.Cluster.IsReplaced(Partition, owner):
                // An owner that was replaced takes records of the next one for lost; asking again reaches that one.
                scene.Counts.Add("answers of replaced owners that say diverged");
                return CursorStep.Again;
            case FetchResult.Fenced or FetchResult.Throttled:
                return CursorStep.Again;
            case FetchResult.Damaged when scene.Damage.IsTouched(Partition):
                return CursorStep.Damaged;
            default:
                // Nothing that was read is ever lost, so a position never leads nowhere.
                scene.Findings.Add($"{who} at {from.Offset} of {scene.Cluster.NameOf(Partition)}, epoch {from.Epoch}, was answered {result}");
                return CursorStep.Again;
        }
    }

    private CursorStep Take(Position from, FetchResult.Fetched fetched)
    {
        HighWatermark = fetched.HighWatermark;
        if (Messages.Read(fetched.Parts, fetched.Selection) is not { } records)
        {
            scene.Findings.Add($"{who} got a record from {scene.Cluster.NameOf(Partition)} that nobody has sent like this");
            return CursorStep.Again;
        }

        scene.Counts.Add("messages delivered", records.Count);
        if (records.Count != 0)
        {
            scene.World.Note(who.ToString(), $"{scene.Cluster.NameOf(Partition)} {from.Offset}: {string.Join(' ', records.Select(record => $"{record.Offset}={record.Value}"))}");
        }

        scene.History.Poll(who, scene.KeyOf(Partition), from.Offset.Value, [.. records], fetched.Next.Offset.Value, fetched.LogStart.Value);
        foreach (var (offset, value) in records)
        {
            scene.Damage.Read(Partition, offset, value);
            seen?.Invoke(offset, value);
        }

        Position = fetched.Next;
        return fetched.Next.Offset == from.Offset ? CursorStep.AtEnd : CursorStep.Moved;
    }
}
