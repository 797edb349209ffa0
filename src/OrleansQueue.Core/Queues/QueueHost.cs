using OrleansQueue.Broker;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Queues;

/// <summary>
/// Holds one group's cursor in one partition: opens it when it is first asked for, opens it again after a failure, asks the group for
/// its settings now and then, and lets the cursor go where the group is no more. It belongs to one scheduler, as the cursor does.
/// </summary>
internal sealed partial class QueueHost : IAsyncDisposable
{
    private static readonly TimeSpan LookupAge = TimeSpan.FromSeconds(5);

    private readonly string _group;
    private readonly TopicPartition _partition;
    private readonly ILogStore _store;
    private readonly IQueueSurroundings _surroundings;
    private readonly TimeProvider _clock;
    private readonly ILogEvents _events;
    private Task<Opened>? _opened;
    private Task _closing = Task.CompletedTask;
    private Task _refreshing = Task.CompletedTask;
    private long _lookedUp;
    private bool _wasUsed;
    private volatile bool _waitsEnded;
    private bool _disposed;

    public QueueHost(
        string group, TopicPartition partition, ILogStore store, IQueueSurroundings surroundings, TimeProvider clock, ILogEvents events)
    {
        _group = group;
        _partition = partition;
        _store = store;
        _surroundings = surroundings;
        _clock = clock;
        _events = events;
    }

    /// <summary>Whether another owner took the cursor, or its storage failed. The next call opens it again; a shell may rather leave and let that happen elsewhere.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Ends all waits, for good: watches answer at once. It may be called from any thread.</summary>
    public void EndWaits()
    {
        _waitsEnded = true;
        if (Volatile.Read(ref _opened) is { IsCompletedSuccessfully: true, Result.Cursor: { } cursor })
        {
            cursor.EndWaits();
        }
    }

    /// <summary>Gives up the memory that only a busy cursor needs, where it was not used since it was last asked to; answers whether it was used.</summary>
    public bool Idle()
    {
        var used = _wasUsed;
        _wasUsed = false;
        if (!used && _opened is { IsCompletedSuccessfully: true, Result.Cursor: { } cursor })
        {
            cursor.Idle();
        }

        return used;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        EndWaits();
        if (_opened is { } opening)
        {
            await Waits.EndOfAsync(opening);
            if (opening is { IsCompletedSuccessfully: true, Result.Cursor: { } cursor })
            {
                Close(cursor);
            }
        }

        await _closing;
    }

    /// <summary>Asks the cursor, or answers for what the group says instead.</summary>
    private async ValueTask<T> AskAsync<T>(Func<QueueLookup, T> absent, Func<QueueCursor, ValueTask<T>> call)
    {
        _wasUsed = true;
        var opened = await FindAsync();
        if (opened.Cursor is not { } cursor)
        {
            return absent(opened.Lookup);
        }

        Refresh(cursor);
        try
        {
            return await call(cursor);
        }
        catch (Exception error) when (error is not (OperationCanceledException or BrokerUnavailableException or ArgumentException))
        {
            // Its state may be ahead of its journal, from which the next call opens it.
            Lose(cursor);
            throw;
        }
        finally
        {
            if (cursor.IsLost)
            {
                Lose(cursor);
            }
        }
    }

    private async ValueTask<Opened> FindAsync()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_opened is null or { IsCompleted: true, IsCompletedSuccessfully: false } or { IsCompletedSuccessfully: true, Result.Cursor: null })
        {
            _opened = OpenAsync();
        }

        return await _opened;
    }

    private async Task<Opened> OpenAsync()
    {
        await _closing;
        _lookedUp = _clock.GetTimestamp();
        var lookup = await _surroundings.FindQueueAsync(_group, _partition, CancellationToken.None);
        if (lookup is not QueueLookup.Found found)
        {
            return new Opened(lookup, null);
        }

        var cursor = await QueueCursor.OpenAsync(_group, _partition, found.Assignment, _store, _surroundings, _clock, _events, CancellationToken.None);
        if (_waitsEnded)
        {
            cursor.EndWaits();
        }

        return new Opened(lookup, cursor);
    }

    /// <summary>Asks the group again now and then. What it says counts from the next call on.</summary>
    private void Refresh(QueueCursor cursor)
    {
        if (_refreshing.IsCompleted && _clock.GetElapsedTime(_lookedUp) >= LookupAge)
        {
            _lookedUp = _clock.GetTimestamp();
            _refreshing = RefreshAsync(cursor);
        }
    }

    private async Task RefreshAsync(QueueCursor cursor)
    {
        try
        {
            var lookup = await _surroundings.FindQueueAsync(_group, _partition, CancellationToken.None);
            if (lookup is QueueLookup.Found found && found.Assignment.Incarnation == cursor.Assignment.Incarnation)
            {
                cursor.Take(found.Assignment);
            }
            else
            {
                Close(cursor);
            }
        }
        catch (Exception error) when (error is BrokerUnavailableException or IOException)
        {
            // The group is asked again in a while; until then what it said last counts.
        }
    }

    private void Lose(QueueCursor cursor)
    {
        if (Close(cursor))
        {
            IsLost = true;
        }
    }

    private bool Close(QueueCursor cursor)
    {
        if (_opened is not { IsCompletedSuccessfully: true } opened || opened.Result.Cursor != cursor)
        {
            return false;
        }

        _opened = null;
        _closing = CloseAsync(_closing, cursor);
        return true;
    }

    private static async Task CloseAsync(Task before, QueueCursor cursor)
    {
        await before;
        await cursor.DisposeAsync();
    }

    /// <summary>What was found: the cursor, or what the group says instead.</summary>
    private sealed record Opened(QueueLookup Lookup, QueueCursor? Cursor);
}
