namespace OrleansQueue.Client;

/// <summary>A partition that a member of a queue group may lease from. All of it under the member's lock.</summary>
/// <param name="id">The partition.</param>
/// <param name="topic">The topic's name.</param>
internal sealed class QueueCursor(TopicPartition id, string topic)
{
    private readonly List<HeldLease> _unsent = [];
    private TaskCompletionSource<SettleOutcome>? _told;

    public TopicPartition Id => id;

    public string Topic => topic;

    /// <summary>Whether nothing is to be leased for now.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Whether there seem to be messages to lease.</summary>
    public bool IsReady { get; set; }

    /// <summary>Whether it stands in the line of those to lease from.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Whether a call is under way; the next one takes what gathers meanwhile.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Whether it does not belong to the group any more.</summary>
    public bool IsGone { get; set; }

    /// <summary>The most messages of the next lease; 0 for no limit.</summary>
    public int FirstLimit { get; set; }

    /// <summary>How long to wait after a call that failed.</summary>
    public Backoff Backoff;

    /// <summary>The leases of which messages are held.</summary>
    public List<HeldLease> Leases { get; } = [];

    public bool HasNews => _unsent.Count != 0;

    /// <summary>When the first of what is to be told came up.</summary>
    public long HasNewsSince { get; private set; }

    /// <summary>Whether somebody waits until what is to be told is kept.</summary>
    public bool IsAwaited => _told is not null;

    /// <summary>There is something to tell of a lease.</summary>
    public void Tell(HeldLease lease, TimeProvider clock)
    {
        if (!lease.IsToBeTold)
        {
            HasNewsSince = HasNews ? HasNewsSince : clock.GetTimestamp();
            lease.IsToBeTold = true;
            _unsent.Add(lease);
        }
    }

    /// <summary>Ends when what was told so far is answered.</summary>
    public Task<SettleOutcome> WhenTold() => (_told ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Takes all that is to be told.</summary>
    public SettlementBatch TakeNews(TimeSpan? renewal)
    {
        var batch = new SettlementBatch(_told);
        _told = null;
        foreach (var lease in _unsent)
        {
            lease.IsToBeTold = false;
            batch.Leases.Add(lease.Id, lease);
            if (lease.TakeNews(batch.Settlements, renewal))
            {
                batch.Renewed.Add(lease);
            }
        }

        _unsent.Clear();
        return batch;
    }
}
