using OrleansQueue.Streams.Positions;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>Positions as their journal would keep them, which take as long as a test wants.</summary>
internal sealed class KeptInMemory : IPositionStore
{
    private readonly PositionsState _state = new();
    private bool _holds;

    /// <summary>What the next one finds.</summary>
    public KeptPositions Kept => _state.ToKept();

    /// <summary>How often something was to be kept.</summary>
    public int Asked { get; private set; }

    /// <summary>Whether the next one may have it at once.</summary>
    public bool IsReleased { get; private set; }

    /// <summary>The next change takes until it is given up. It is kept all the same: its answer is lost.</summary>
    public void Hold() => _holds = true;

    public ValueTask<KeptPositions?> AttachAsync(CancellationToken cancellationToken) => ValueTask.FromResult<KeptPositions?>(Kept);

    public async ValueTask<bool> CommitAsync(long frontier, Epoch epoch, PositionChanges changes, CancellationToken cancellationToken)
    {
        Asked++;
        foreach (var entry in _state.EntriesOf(frontier, epoch, changes).ToList())
        {
            _state.Apply(entry.Span);
        }

        if (_holds)
        {
            _holds = false;
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        return true;
    }

    public ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        IsReleased = true;
        return ValueTask.CompletedTask;
    }

    public ValueTask DropAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
