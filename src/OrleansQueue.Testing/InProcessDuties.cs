using OrleansQueue.Duties;
using OrleansQueue.Storage;

namespace OrleansQueue.Testing;

/// <summary>All shards of the index of duties, and the timer that calls who must act.</summary>
internal sealed class InProcessDuties : IAsyncDisposable
{
    // Longer waits than some clocks can set are cut in pieces.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ILogStore _store;
    private readonly IDutyHolders _holders;
    private readonly TimeProvider _clock;
    private readonly Task<DutyIndex>?[] _shards = new Task<DutyIndex>?[DutyIndex.Shards];
    private readonly ITimer _timer;
    private readonly Action<string, Exception> _failed;

    /// <summary>Duties on a store.</summary>
    /// <param name="store">Where the index is kept.</param>
    /// <param name="holders">Who has duties.</param>
    /// <param name="clock">What time it is.</param>
    /// <param name="wake">Called by the timer: it begins <see cref="RunAsync"/> in a turn of the broker's.</param>
    /// <param name="failed">Is told who failed; that one is called again after a while.</param>
    public InProcessDuties(ILogStore store, IDutyHolders holders, TimeProvider clock, Action wake, Action<string, Exception> failed)
    {
        _store = store;
        _holders = holders;
        _clock = clock;
        _failed = failed;
        _timer = clock.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets when a holder must act; null takes its duty away.</summary>
    public async Task SetAsync(string holder, Timestamp? due)
    {
        await CallAsync(DutyIndex.ShardOf(holder), async shard =>
        {
            await shard.SetAsync(holder, due);
            return true;
        });
        Rearm(atOnce: TimeSpan.Zero);
    }

    /// <summary>Whether a holder has a duty.</summary>
    public Task<bool> HasAsync(string holder) => CallAsync(DutyIndex.ShardOf(holder), shard => new ValueTask<bool>(shard.DueOf(holder) is not null));

    /// <summary>Calls everybody whose time has come, and sets the timer for the next.</summary>
    public async Task RunAsync()
    {
        try
        {
            for (var shard = 0; shard < _shards.Length; shard++)
            {
                foreach (var (holder, error) in await CallAsync(shard, opened => opened.RunDueAsync(most: int.MaxValue)))
                {
                    _failed(holder, error);
                }
            }

            // Who is due again at once could not do all it had to; it is called again, but not without end.
            Rearm(atOnce: RetryAfter);
        }
        catch (IOException)
        {
            // The index cannot be read or written now; what stands in it is still to be done.
            _timer.Change(RetryAfter, Timeout.InfiniteTimeSpan);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            await CloseAsync(shard);
        }
    }

    /// <summary>Sets the timer for the next call; one that is due already is made after <paramref name="atOnce"/>.</summary>
    private void Rearm(TimeSpan atOnce)
    {
        var next = _shards.Min(shard => shard is { IsCompletedSuccessfully: true } ? shard.Result.NextCall : null);
        if (next is not { } call)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var left = TimeSpan.FromMilliseconds(call.UnixMilliseconds - Timestamp.Now(_clock).UnixMilliseconds);
        _timer.Change(left <= TimeSpan.Zero ? atOnce : left < LongestWait ? left : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private async Task<T> CallAsync<T>(int number, Func<DutyIndex, ValueTask<T>> call)
    {
        // Whoever comes while the shard is being opened waits for the same opening: a second one would fence the first.
        var opening = _shards[number] ??= DutyIndex.OpenAsync(_store, number, _holders, _clock, CancellationToken.None).AsTask();
        try
        {
            return await call(await opening);
        }
        catch when (ReferenceEquals(opening, _shards[number]))
        {
            // Its state may be ahead of its journal; the next call opens it from there.
            await CloseAsync(number);
            throw;
        }
    }

    private async ValueTask CloseAsync(int number)
    {
        if (_shards[number] is { } opening)
        {
            _shards[number] = null;
            await Task.WhenAny(opening);
            if (opening.IsCompletedSuccessfully)
            {
                await opening.Result.DisposeAsync();
            }
        }
    }
}
