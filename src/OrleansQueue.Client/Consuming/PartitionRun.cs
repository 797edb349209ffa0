using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// A partition from the time that a member gets it until it loses it. What is read of it waits here for whoever serves it; it
/// may be held up for a while, then stops, and at last everything that is still in hand is cancelled.
/// </summary>
internal sealed class PartitionRun : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly PartitionReads _reads;
    private TaskCompletionSource? _change;
    private Generation? _stoppedIn;
    private Generation _updated;
    private bool _isPaused;

    public PartitionRun(GroupConsumer consumer, AssignedPartition assigned)
    {
        Consumer = consumer;
        Id = assigned.Start.TopicPartition;
        Topic = assigned.TopicName;
        Since = assigned.Since;
        _isPaused = assigned.IsPaused;
        Progress = new PartitionProgress(assigned.Start);
        Stopping = _stopping.Token;
        Lost = _lost.Token;
        _reads = new PartitionReads(consumer, this, assigned.Start);
    }

    /// <summary>Whose it is.</summary>
    public GroupConsumer Consumer { get; }

    public TopicPartition Id { get; }

    public string Topic { get; }

    /// <summary>Since which generation the member has it.</summary>
    public Generation Since { get; }

    public PartitionProgress Progress { get; }

    /// <summary>Cancelled when nothing more is to be taken of it.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Cancelled when also what is in hand is to end.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Ends when nothing of it is in hand any more.</summary>
    public Task Served { get; set; } = Task.CompletedTask;

    /// <summary>Whether the group refused what was committed: it is another member's.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Whether messages may be handed out now.</summary>
    public bool MayDeliver
    {
        get
        {
            lock (_lock)
            {
                return !Stopping.IsCancellationRequested && !_isPaused && _stoppedIn is null;
            }
        }
    }

    /// <summary>Waits until messages may be handed out; false when that will never be.</summary>
    public async Task<bool> WhenReadyAsync()
    {
        while (true)
        {
            Task change;
            lock (_lock)
            {
                if (Stopping.IsCancellationRequested)
                {
                    return false;
                }

                if (MayDeliver)
                {
                    return true;
                }

                change = (_change ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await change;
        }
    }

    /// <summary>The next records; null when there will be none. All messages of those before must have been taken.</summary>
    public Task<FetchedRecords?> NextAsync() => _reads.NextAsync();

    /// <summary>What an assignment says of it.</summary>
    public void Update(bool isPaused, Generation assigned)
    {
        lock (_lock)
        {
            _isPaused = isPaused;
            _updated = assigned;
            if (_stoppedIn is { } stopped && assigned > stopped)
            {
                // From now on the group says whether it is stopped.
                _stoppedIn = null;
            }
        }

        Changed();
    }

    /// <summary>Stops it for the group at a message, until the group is resumed; false where it is not this member's any more.</summary>
    public async Task<bool> StopAtAsync(Position message, Exception error)
    {
        if (await Consumer.StopPartitionAsync(this, message, error) is not { } generation)
        {
            return false;
        }

        lock (_lock)
        {
            // An assignment that overtook the answer says already whether it is stopped, or resumed since.
            _stoppedIn = _updated > generation ? _stoppedIn : generation;
        }

        return true;
    }

    /// <summary>Keeps what is finished, and waits for that.</summary>
    /// <exception cref="PartitionLostException">It is another member's by now.</exception>
    public Task CommitAsync(CancellationToken cancellationToken) => Consumer.CommitAsync(this, cancellationToken);

    /// <summary>Nothing more is handed out.</summary>
    public void StopDelivering()
    {
        Cancel(_stopping);
        Changed();
    }

    /// <summary>
    /// It is not this member's any more: whatever is in hand has to end. Handlers may have a say in that, so it is not called
    /// under a lock.
    /// </summary>
    public void Cancel()
    {
        StopDelivering();
        Cancel(_lost);
    }

    public void Dispose()
    {
        _reads.Dispose();
        _stopping.Dispose();
        _lost.Dispose();
    }

    private void Cancel(CancellationTokenSource source) => source.Cancel(Consumer.Logger, Consumer.Group);

    private void Changed()
    {
        lock (_lock)
        {
            _change?.TrySetResult();
            _change = null;
        }
    }
}
