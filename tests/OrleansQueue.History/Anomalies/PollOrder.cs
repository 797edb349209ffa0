using OrleansQueue.History.Evidence;

namespace OrleansQueue.History.Anomalies;

/// <summary>
/// The order in which a consumer gets a partition.
/// Poll skip: between the end of one poll and the first record of the next lies an offset at which somebody found a value; also
/// an empty poll that moves on over one, and a first poll that leaves out one behind the offset it asked for.
/// Nonmonotonic poll: a poll brings an offset at or before the last one that the consumer got.
/// Both as well within one poll (int-poll-skip and int-nonmonotonic-poll).
/// Offsets have gaps, so what nobody found at an offset is no skip; a seek, an assignment, a deletion told before and the log
/// start that the poll itself names excuse. After poll-skip+nonmonotonic-cases and its internal twin in kafka.clj.
/// </summary>
internal sealed class PollOrder
{
    private readonly HistoryEvidence _evidence;
    private readonly AnomalyList _anomalies;
    private readonly Dictionary<(int Consumer, int Partition), Progress> _progress = [];
    private readonly long[] _deletedBelow;
    private int _repositionings;
    private int _deletions;

    private PollOrder(HistoryEvidence evidence, AnomalyList anomalies)
    {
        _evidence = evidence;
        _anomalies = anomalies;
        _deletedBelow = new long[evidence.Logs.Length];
    }

    public static void Find(HistoryEvidence evidence, AnomalyList anomalies)
    {
        PollOrder order = new(evidence, anomalies);
        foreach (PollOperation poll in evidence.History.Polls)
        {
            order.CatchUp(poll.Sequence);
            order.Judge(poll);
        }
    }

    private void CatchUp(long sequence)
    {
        RecordedHistory history = _evidence.History;
        for (; _repositionings < history.Repositionings.Length && history.Repositionings[_repositionings].Sequence < sequence; _repositionings++)
        {
            Repositioning to = history.Repositionings[_repositionings];
            _progress[(to.Consumer, to.Partition)] = new(to.Offset, to.Offset - 1);
        }

        for (; _deletions < history.Deletions.Length && history.Deletions[_deletions].Sequence < sequence; _deletions++)
        {
            Deletion deletion = history.Deletions[_deletions];
            _deletedBelow[deletion.Partition] = Math.Max(_deletedBelow[deletion.Partition], deletion.Below);
        }
    }

    private void Judge(PollOperation poll)
    {
        if (!_progress.TryGetValue((poll.Consumer, poll.Partition), out Progress before))
        {
            before = new(poll.From, poll.From - 1);
        }

        // Up to where everything is either handed out or reported.
        long examined = before.Next;
        long last = before.Last;
        for (int index = 0; index < poll.Records.Count; index++)
        {
            long offset = _evidence.History.OffsetOf(poll.Records, index);
            if (offset <= last)
            {
                AddBackwards(index == 0 ? AnomalyKind.NonmonotonicPoll : AnomalyKind.IntNonmonotonicPoll, poll, last, offset);
            }

            AddSkips(index == 0 ? AnomalyKind.PollSkip : AnomalyKind.IntPollSkip, poll, examined, offset);
            examined = Math.Max(examined, offset + 1);
            last = offset;
        }

        AddSkips(poll.Records.Count == 0 ? AnomalyKind.PollSkip : AnomalyKind.IntPollSkip, poll, examined, poll.Next);
        _progress[(poll.Consumer, poll.Partition)] = new(poll.Next, last);
    }

    private void AddBackwards(AnomalyKind kind, PollOperation poll, long last, long offset) =>
        _anomalies.Add(kind, _evidence.History.Partitions[poll.Partition], () =>
            $"{_evidence.History.Consumers[poll.Consumer]} polled offset {offset} after {last}, having asked from {poll.From}");

    private void AddSkips(AnomalyKind kind, PollOperation poll, long from, long to)
    {
        from = Math.Max(from, Math.Max(_deletedBelow[poll.Partition], poll.LogStart));
        if (from >= to)
        {
            return;
        }

        KnownLog log = _evidence.Logs[poll.Partition];
        int first = log.FirstFrom(from);
        if (first < log.Count && log.Records[first].Offset < to)
        {
            AddSkip(kind, poll, first, log.FirstFrom(to) - first);
        }
    }

    private void AddSkip(AnomalyKind kind, PollOperation poll, int first, int skipped) =>
        _anomalies.Add(kind, _evidence.History.Partitions[poll.Partition], () =>
        {
            Span<KnownRecord> records = _evidence.Logs[poll.Partition].Records;
            return $"{_evidence.History.Consumers[poll.Consumer]} polled from {poll.From} to {poll.Next} and got none of {skipped} values "
                + $"from {records[first].Offset} to {records[first + skipped - 1].Offset}; the first is {records[first].Value}, "
                + $"polled by {_evidence.PollerAt(records[first].FirstPolled)}";
        });

    /// <param name="Next">Where the consumer goes on.</param>
    /// <param name="Last">The last offset that it got.</param>
    private readonly record struct Progress(long Next, long Last);
}
