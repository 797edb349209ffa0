#pragma warning disable CA1822
namespace OrleansQueue.History;

internal readonly record struct PartitionKey(string Topic, int Partition);

internal readonly record struct Consumer(string Name, string? Group = null);

internal readonly record struct SendToken(int Index);

internal readonly record struct CommitToken(int Index);

internal readonly record struct DrainToken(int Index);

internal readonly record struct CommittedReadToken(int Index);

internal sealed class HistoryRecorder
{
    private readonly List<(PartitionKey P, long[] Values, long Base, int State)> _sends = [];
    private readonly Dictionary<(PartitionKey, long), long> _polled = [];
    private readonly Dictionary<(PartitionKey, long), long> _values = [];
    private readonly Dictionary<PartitionKey, long> _deleted = [];
    private readonly List<string> _wrong = [];

    public SendToken BeginSend(string producer, PartitionKey partition, ReadOnlySpan<long> values)
    {
        _sends.Add((partition, values.ToArray(), -1, 0));
        return new(_sends.Count - 1);
    }

    public void Sent(SendToken send, long baseOffset) => _sends[send.Index] = _sends[send.Index] with { Base = baseOffset, State = 1 };

    public void SendStored(SendToken send) => _sends[send.Index] = _sends[send.Index] with { State = 1 };

    public void SendRefused(SendToken send) => _sends[send.Index] = _sends[send.Index] with { State = 2 };

    public void SendUnknown(SendToken send)
    {
    }

    public void Poll(Consumer consumer, PartitionKey partition, long from, ReadOnlySpan<(long Offset, long Value)> records, long nextOffset, long logStart = 0)
    {
        foreach (var (offset, value) in records)
        {
            if (_polled.TryGetValue((partition, offset), out var other) && other != value)
            {
                _wrong.Add($"inconsistent {partition} {offset}: {value} {other}");
            }

            if (_values.TryGetValue((partition, value), out var place) && place != offset)
            {
                _wrong.Add($"duplicate {partition} {value}: {offset} {place}");
            }

            _polled[(partition, offset)] = value;
            _values[(partition, value)] = offset;
        }
    }

    public void Seek(Consumer consumer, PartitionKey partition, long offset)
    {
    }

    public void Deleted(PartitionKey partition, long below) => _deleted[partition] = Math.Max(below, _deleted.GetValueOrDefault(partition));

    public DrainToken BeginDrain(Consumer consumer, PartitionKey partition, long from = 0) => default;

    public void Drained(DrainToken drain, long end)
    {
    }

    public void Assigned(Consumer member, PartitionKey partition, long generation, long startOffset)
    {
    }

    public void Revoked(Consumer member, PartitionKey partition, long generation)
    {
    }

    public void MemberGone(Consumer member)
    {
    }

    public CommitToken BeginCommit(Consumer member, PartitionKey partition, long generation, long offset) => default;

    public void Committed(CommitToken commit)
    {
    }

    public void CommitRefused(CommitToken commit)
    {
    }

    public void CommitUnknown(CommitToken commit)
    {
    }

    public CommittedReadToken BeginCommittedRead(string group, PartitionKey partition) => default;

    public void CommittedRead(CommittedReadToken read, long offset)
    {
    }

    public List<string> Check()
    {
        foreach (var (p, values, first, state) in _sends)
        {
            for (var i = 0; i < values.Length; i++)
            {
                if (state == 1 && !_values.ContainsKey((p, values[i])) && (first < 0 || first + i >= _deleted.GetValueOrDefault(p)))
                {
                    _wrong.Add($"lost {p} {values[i]} at {first + i}");
                }

                if (state == 2 && _values.ContainsKey((p, values[i])))
                {
                    _wrong.Add($"aborted read {p} {values[i]}");
                }
            }
        }

        return _wrong;
    }
}
