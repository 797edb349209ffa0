namespace OrleansQueue.History.Tests.Model;

/// <summary>A group of one partition: an owner at a time, commits that only rise, and stale ones refused.</summary>
internal sealed class ModelGroup(HistoryRecorder recorder, Random random, ModelPartition partition)
{
    private readonly List<Action> _answers = [];
    private Consumer? _owner;
    private long _generation;
    private long _position;

    public static string Name => "billing";

    public long Committed { get; set; }

    public void Poll()
    {
        if (_owner is not { } owner)
        {
            return;
        }

        var (records, next) = partition.Read(_position, random.Next(1, 12));
        recorder.Poll(owner, partition.Key, _position, records, next, partition.LogStart);
        _position = next;
    }

    public void Commit()
    {
        if (_owner is not { } owner)
        {
            return;
        }

        CommitToken token = recorder.BeginCommit(owner, partition.Key, _generation, _position);
        bool arrives = random.Next(5) > 0;
        Committed = arrives ? Math.Max(Committed, _position) : Committed;
        Action<CommitToken> told = !arrives || random.Next(4) == 0 ? recorder.CommitUnknown : recorder.Committed;
        _answers.Add(() => told(token));
    }

    public void CommitStale() => recorder.CommitRefused(recorder.BeginCommit(
        Consumer.InGroup(Name, "late"), partition.Key, Math.Max(0, _generation - 1), partition.End));

    public void Rebalance()
    {
        if (_owner is { } owner)
        {
            if (random.Next(2) == 0)
            {
                recorder.Revoked(owner, partition.Key, _generation);
            }
            else
            {
                recorder.MemberGone(owner);
            }

            _owner = null;
            return;
        }

        _owner = Consumer.InGroup(Name, $"{partition.Key}-{random.Next(3)}");
        _position = Committed;
        recorder.Assigned(_owner.Value, partition.Key, ++_generation, _position);
    }

    /// <summary>Somebody asks for the position, and gets the answer after other things have happened.</summary>
    public void ReadCommitted()
    {
        CommittedReadToken token = recorder.BeginCommittedRead(Name, partition.Key);
        long answer = Committed;
        _answers.Add(() => recorder.CommittedRead(token, answer));
    }

    public void Reset()
    {
        if (_owner is null && _answers.Count == 0)
        {
            CommitToken token = recorder.BeginCommitReset(Name, partition.Key, Committed / 2);
            Committed /= 2;
            recorder.Committed(token);
        }
    }

    public void Answer()
    {
        if (_answers.Count > 0)
        {
            int index = random.Next(_answers.Count);
            _answers[index]();
            _answers.RemoveAt(index);
        }
    }

    public void Settle()
    {
        while (_answers.Count > 0)
        {
            Answer();
        }
    }
}
