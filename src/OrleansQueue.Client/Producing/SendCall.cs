namespace OrleansQueue.Client;

/// <summary>One attempt to have a batch stored.</summary>
/// <param name="batch">The batch.</param>
/// <param name="asFirst">Whether every batch before it was stored when the attempt was made.</param>
/// <param name="startedAt">When, on the clock's own scale.</param>
internal sealed class SendCall(SentBatch batch, bool asFirst, long startedAt) : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    public SentBatch Batch => batch;

    public ReadOnlyMemory<byte> Bytes { get; } = batch.Batch.Bytes;

    /// <summary>Under which name and number the batch was sent this time.</summary>
    public ProducerStamp Stamp { get; } = batch.Batch.Stamp;

    public bool AsFirst => asFirst;

    public long StartedAt => startedAt;

    public CancellationToken Cancellation => _cancellation.Token;

    /// <summary>What came back: the broker's answer, or the exception instead of one.</summary>
    public object? Answer { get; set; }

    /// <summary>Stops waiting for the answer. Should it come nevertheless and say that the batch is stored, it still counts.</summary>
    public void Abandon()
    {
        if (batch.Call == this)
        {
            batch.Call = null;
        }

        _cancellation.Cancel();
    }

    public void Dispose() => _cancellation.Dispose();
}

/// <summary>A batch that has a sequence.</summary>
/// <param name="batch">The batch.</param>
internal sealed class SentBatch(OutgoingBatch batch)
{
    public OutgoingBatch Batch => batch;

    /// <summary>The attempt whose answer is awaited, or null.</summary>
    public SendCall? Call { get; set; }

    /// <summary>Whether an attempt got no answer, so that the batch may be stored.</summary>
    public bool MayBeStored { get; set; }

    /// <summary>Why the last attempt did not store it.</summary>
    public Exception? LastProblem { get; set; }

    /// <summary>Whether it is known to be stored.</summary>
    public bool IsStored { get; set; }

    /// <summary>Whether its messages were told that it is not stored, or may not be.</summary>
    public bool IsGivenUp { get; set; }

    /// <summary>Whether an attempt failed and none has succeeded yet.</summary>
    public bool IsInTrouble => !IsStored && LastProblem is not null;

    /// <summary>Whether it has to be sent, for the first time or again.</summary>
    public bool IsDue => !IsStored && !IsGivenUp && Call is null;
}
