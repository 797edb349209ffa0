namespace OrleansQueue.Cli.Commands;

/// <summary>Ends a wait when nothing happened for a while, or when it is cancelled from outside. No time counts before the first <see cref="Restart"/>.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly CancellationTokenSource _idle = new();
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _after;
    private readonly ITimer? _timer;

    public IdleTimer(TimeSpan? after, TimeProvider clock, CancellationToken cancellationToken)
    {
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _idle.Token);
        _after = after ?? Timeout.InfiniteTimeSpan;
        _timer = after is null ? null : clock.CreateTimer(static idle => ((CancellationTokenSource)idle!).Cancel(), _idle, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _either.Token;

    /// <summary>Something happened: the time counts from now on.</summary>
    public void Restart() => _timer?.Change(_after, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer?.Dispose();
        _either.Dispose();
        _idle.Dispose();
    }
}
