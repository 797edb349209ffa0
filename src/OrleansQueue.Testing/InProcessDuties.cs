using OrleansQueue.Duties;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Testing;

/// <summary>All shards of the index of duties, and the timer that calls who must act.</summary>
internal sealed class InProcessDuties : IDutyHolders, IAsyncDisposable
{
    // Longer waits than some clocks can set are cut in pieces.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly InProcessShards<DutyIndex> _shards;
    private readonly List<(string Prefix, IDutyHolders Holders)> _holders = [];
    private readonly ITimer _timer;
    private readonly Action<string, Exception> _failed;

    /// <summary>Duties on a store.</summary>
    /// <param name="store">Where the index is kept.</param>
    /// <param name="clock">What time it is.</param>
    /// <param name="wake">Called by the timer: it begins <see cref="RunAsync()"/> in a turn of the broker's.</param>
    /// <param name="failed">Is told who failed; that one is called again after a while.</param>
    public InProcessDuties(ILogStore store, TimeProvider clock, Action wake, Action<string, Exception> failed)
    {
        _clock = clock;
        _failed = failed;
        _shards = new(DutyIndex.Shards, shard => DutyIndex.OpenAsync(store, shard, this, clock, NoLogEvents.Instance, CancellationToken.None));
        _timer = clock.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says who has the duties of holders whose names begin in a certain way.</summary>
    public void AddHolders(string prefix, IDutyHolders holders) => _holders.Add((prefix, holders));

    /// <summary>Sets when a holder must act; null takes its duty away.</summary>
    public async Task SetAsync(string holder, Timestamp? due)
    {
        await _shards.CallAsync(DutyIndex.ShardOf(holder), async shard =>
        {
            await shard.SetAsync(holder, due);
            return true;
        });
        Rearm(atOnce: TimeSpan.Zero);
    }

    /// <summary>Whether a holder has a duty.</summary>
    public Task<bool> HasAsync(string holder) => _shards.CallAsync(DutyIndex.ShardOf(holder), shard => new ValueTask<bool>(shard.DueOf(holder) is not null));

    /// <summary>Calls everybody whose time has come, and sets the timer for the next.</summary>
    public async Task RunAsync()
    {
        try
        {
            for (var shard = 0; shard < _shards.Count; shard++)
            {
                foreach (var (holder, error) in await _shards.CallAsync(shard, opened => opened.RunDueAsync(most: int.MaxValue)))
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
        await _shards.DisposeAsync();
    }

    ValueTask<Timestamp?> IDutyHolders.RunAsync(string holder) =>
        _holders.Single(holders => holder.StartsWith(holders.Prefix, StringComparison.Ordinal)).Holders.RunAsync(holder);

    /// <summary>Sets the timer for the next call; one that is due already is made after <paramref name="atOnce"/>.</summary>
    private void Rearm(TimeSpan atOnce)
    {
        var next = _shards.Opened.Min(shard => shard.NextCall);
        if (next is not { } call)
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var left = TimeSpan.FromMilliseconds(call.UnixMilliseconds - Timestamp.Now(_clock).UnixMilliseconds);
        _timer.Change(left <= TimeSpan.Zero ? atOnce : left < LongestWait ? left : LongestWait, Timeout.InfiniteTimeSpan);
    }
}
