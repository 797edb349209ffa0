using System.Threading.Tasks.Sources;
using OrleansQueue.Batches;

namespace OrleansQueue.Client;

/// <summary>What a batch was made for.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Partition">The partition.</param>
/// <param name="OpenedAt">When the batch was opened, on the clock's own scale.</param>
/// <param name="Time">The time that its records carry.</param>
/// <param name="NoRetry">Whether it is sent at most once.</param>
/// <param name="IsOnThreads">Whether the client runs on the thread pool, so that its callers must be told on other turns than its own.</param>
internal readonly record struct BatchPurpose(string Topic, Partition Partition, long OpenedAt, Timestamp Time, bool NoRetry, bool IsOnThreads);

/// <summary>
/// A batch from its first record to its outcome. A record is encoded as it comes; the caller waits on the batch itself, by the
/// record's index, so that a record costs no object. Whoever waits before there is an outcome is remembered, nobody else.
/// </summary>
internal sealed class OutgoingBatch(in BatchPurpose purpose, int capacity) : IValueTaskSource<PublishReceipt>
{
    /// <summary>An index must fit the token of a ValueTask.</summary>
    public const int MostRecords = short.MaxValue;

    // No record has this index: it stands for the batch, whatever its outcome.
    private const short WholeBatch = -1;

    private readonly BatchPurpose _purpose = purpose;
    private readonly Lock _lock = new();
    private RecordBatchBuilder? _builder = new(capacity);
    private ManualResetValueTaskSourceCore<bool>[] _waits = [];
    private int _waiting;
    private volatile BatchOutcome? _outcome;

    public bool NoRetry => _purpose.NoRetry;

    public long OpenedAt => _purpose.OpenedAt;

    public int Count { get; private set; }

    /// <summary>Bytes of the batch so far.</summary>
    public int Size { get; private set; }

    /// <summary>What the batch has taken of the producer's buffer.</summary>
    public long Reserved { get; set; }

    /// <summary>The batch as it is sent; empty before it is sealed and after its outcome.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Under which name and number it is sent.</summary>
    public ProducerStamp Stamp { get; private set; }

    public bool IsDone => _outcome is not null;

    /// <summary>Whether a record fits beside those that are there, within <paramref name="limit"/> bytes.</summary>
    public bool Takes(scoped in OutgoingRecord record, int limit) =>
        record.NoRetry == NoRetry && Count < MostRecords && Size + record.MostBytes <= limit;

    /// <summary>Encodes a record and returns its index.</summary>
    public int Append(scoped in OutgoingRecord record, Timestamp? time)
    {
        _builder!.Append(time ?? _purpose.Time, record.Key, record.Value, record.Headers);
        Size = _builder.SizeInBytes;
        return Count++;
    }

    /// <summary>Ends the batch and gives it its name and number.</summary>
    public void Seal(ProducerStamp stamp)
    {
        Bytes = _builder!.Build(stamp);
        _builder = null;
        Stamp = stamp;
    }

    /// <summary>Gives the batch another name and number. It is copied, since the bytes that were sent are the broker's.</summary>
    public void SealAgain(ProducerStamp stamp)
    {
        Bytes = BatchCopy.Under(stamp, Bytes);
        Stamp = stamp;
    }

    /// <summary>Tells everybody what became of the batch; false where they were told before.</summary>
    public bool Complete(BatchOutcome outcome)
    {
        ManualResetValueTaskSourceCore<bool>[] waits;
        int waiting;
        lock (_lock)
        {
            if (_outcome is not null)
            {
                return false;
            }

            _outcome = outcome;
            (waits, waiting) = (_waits, _waiting);
            _waits = [];
            _builder = null;
            Bytes = default;
        }

        for (var i = 0; i < waiting; i++)
        {
            waits[i].SetResult(true);
        }

        return true;
    }

    /// <summary>Waits for the outcome without asking what it is.</summary>
    public async Task WhenDoneAsync() => await new ValueTask<PublishReceipt>(this, WholeBatch);

    ValueTaskSourceStatus IValueTaskSource<PublishReceipt>.GetStatus(short token) => _outcome switch
    {
        null => ValueTaskSourceStatus.Pending,
        { Error: not null } when token != WholeBatch => ValueTaskSourceStatus.Faulted,
        _ => ValueTaskSourceStatus.Succeeded,
    };

    void IValueTaskSource<PublishReceipt>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        lock (_lock)
        {
            if (_outcome is null)
            {
                if (_waiting == _waits.Length)
                {
                    Array.Resize(ref _waits, Math.Max(4, _waiting * 2));
                }

                Remember(ref _waits[_waiting++], continuation, state, flags);
                return;
            }
        }

        var done = default(ManualResetValueTaskSourceCore<bool>);
        Remember(ref done, continuation, state, flags);
        done.SetResult(true);
    }

    PublishReceipt IValueTaskSource<PublishReceipt>.GetResult(short token)
    {
        var outcome = _outcome ?? throw new InvalidOperationException("The publish has no outcome yet; await it.");
        return token == WholeBatch ? default : outcome.ReceiptOf(_purpose.Topic, _purpose.Partition, token);
    }

    private void Remember(
        ref ManualResetValueTaskSourceCore<bool> wait, Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags)
    {
        // The callers' code must not run in the sender's turn, which may hold what they wait for.
        wait.RunContinuationsAsynchronously = _purpose.IsOnThreads;
        wait.OnCompleted(continuation, state, wait.Version, flags);
    }
}
