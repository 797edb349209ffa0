namespace OrleansQueue.Queues;

/// <summary>
/// Which messages may be leased now. Of those that share a key that is only the first, and only while no other of them is held, waits
/// after a failure or is being dead-lettered; all others that are available stand here as they are.
/// </summary>
internal sealed class KeyLines
{
    private readonly Dictionary<ulong, Line> _lines = [];
    private readonly SortedSet<long> _ready = [];

    /// <summary>Whose messages are leased next, of the rows to lease that are somebody's.</summary>
    public TenantTurns Turns { get; } = new();

    /// <summary>Whether there is a message to lease.</summary>
    public bool HasReady => _ready.Count != 0;

    /// <summary>The first place of the first row to lease.</summary>
    public long FirstReady => _ready.Min;

    /// <summary>How many rows there are to lease.</summary>
    public int ReadyRows => _ready.Count;

    /// <summary>Whether no message of a key is examined and not done.</summary>
    public bool IsFree(ulong key) => !_lines.ContainsKey(key);

    /// <summary>Whether the row that begins at a place may be leased.</summary>
    public bool IsReady(long first) => _ready.Contains(first);

    public void Add(in Unfinished row)
    {
        if (row.Key == 0)
        {
            if (row.State == MessageState.Available)
            {
                AddReady(row.First, row.Tenant);
            }

            return;
        }

        var line = LineOf(row.Key);
        if (row.State == MessageState.Available)
        {
            (line.Waiting ??= []).Add((row.First, row.Tenant));
        }
        else
        {
            line.Held++;
        }

        Settle(line);
    }

    public void Remove(in Unfinished row)
    {
        if (row.Key == 0)
        {
            if (row.State == MessageState.Available)
            {
                RemoveReady(row.First, row.Tenant);
            }

            return;
        }

        var line = _lines[row.Key];
        if (row.State == MessageState.Available)
        {
            line.Waiting!.Remove((row.First, row.Tenant));
        }
        else
        {
            line.Held--;
        }

        Settle(line);
        Forget(row.Key, line);
    }

    /// <summary>Messages of a key wait, whatever becomes of others of it, until it is freed as often.</summary>
    public void Park(ulong key)
    {
        var line = LineOf(key);
        line.Held++;
        Settle(line);
    }

    /// <summary>Ends what <see cref="Park"/> began.</summary>
    public void Free(ulong key)
    {
        var line = _lines[key];
        line.Held--;
        Settle(line);
        Forget(key, line);
    }

    private Line LineOf(ulong key)
    {
        if (!_lines.TryGetValue(key, out var line))
        {
            _lines.Add(key, line = new Line());
        }

        return line;
    }

    private void AddReady(long first, ulong tenant)
    {
        _ready.Add(first);
        if (tenant != 0)
        {
            Turns.Add(tenant, first);
        }
    }

    private void RemoveReady(long first, ulong tenant)
    {
        _ready.Remove(first);
        if (tenant != 0)
        {
            Turns.Remove(tenant, first);
        }
    }

    private void Forget(ulong key, Line line)
    {
        if (line.Held == 0 && line.Waiting is null or { Count: 0 })
        {
            _lines.Remove(key);
        }
    }

    private void Settle(Line line)
    {
        (long First, ulong Tenant)? ready = line.Held == 0 && line.Waiting is { Count: not 0 } waiting ? waiting.Min : null;
        if (ready == line.Ready)
        {
            return;
        }

        if (line.Ready is { } before)
        {
            RemoveReady(before.First, before.Tenant);
        }

        if (ready is { } now)
        {
            AddReady(now.First, now.Tenant);
        }

        line.Ready = ready;
    }

    /// <summary>The messages of one key that are examined and not done.</summary>
    private sealed class Line
    {
        // How many are held, wait, are dying or park it.
        public int Held;
        public SortedSet<(long First, ulong Tenant)>? Waiting;
        public (long First, ulong Tenant)? Ready;
    }
}
