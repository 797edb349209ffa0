namespace OrleansQueue.Streams.Positions;

/// <summary>Keeps how far the subscriptions of one partition have come.</summary>
internal interface IPositionStore
{
    /// <summary>Becomes the one who may change it. Null where another one is that may still be at work: then it is asked again.</summary>
    ValueTask<KeptPositions?> AttachAsync(CancellationToken cancellationToken);

    /// <summary>Keeps a change; answers when it is kept. False where another one may change it by now.</summary>
    ValueTask<bool> CommitAsync(long frontier, Epoch epoch, PositionChanges changes, CancellationToken cancellationToken);

    /// <summary>Lets the next one have it at once.</summary>
    ValueTask ReleaseAsync(CancellationToken cancellationToken);

    /// <summary>Deletes it: the topic is no more.</summary>
    ValueTask DropAsync(CancellationToken cancellationToken);
}
