using System.Text;
using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Queues;

/// <summary>
/// One queue group in one partition: leases its messages, takes their settlements, and gives them up after too many failures. What it
/// answered is in its journal, so an owner that comes after it honours every lease; see <see cref="QueueState"/>.
/// <para>
/// It belongs to one scheduler and takes many calls at once. After a call that threw <see cref="IOException"/>, or once
/// <see cref="IsLost"/> is true, it is thrown away and opened again from its journal.
/// </para>
/// </summary>
internal sealed partial class QueueCursor : IAsyncDisposable
{
    private readonly string _group;
    private readonly TopicPartition _partition;
    private readonly ILogStore _store;
    private readonly IQueueSurroundings _surroundings;
    private readonly TimeProvider _clock;
    private readonly ILogEvents _events;
    private readonly QueueState _state;
    private readonly OwnedJournal _journal;
    private readonly CancellationTokenSource _ending = new();
    private readonly long _openedAt;
    private readonly long _openedTime;

    private QueueCursor(
        string group, TopicPartition partition, QueueAssignment assignment, ILogStore store, IQueueSurroundings surroundings, TimeProvider clock, ILogEvents events, QueueState state, Journal journal)
    {
        _group = group;
        _partition = partition;
        Assignment = assignment;
        _store = store;
        _surroundings = surroundings;
        _clock = clock;
        _events = events;
        _state = state;
        _windows = new ScanWindows(assignment.Settings.TenantHeader is null ? 1 : WindowsOfTenants);
        _gate = new LeaseGate(lease => state.FindLease(lease) is not null, clock);
        _journal = new OwnedJournal(journal, $"The cursor of group {group} in partition {partition}");
        _openedAt = clock.GetTimestamp();
        _openedTime = Timestamp.Now(clock).UnixMilliseconds;
    }

    /// <summary>Whether another owner has the cursor, its storage failed, or it was deleted, so that this one serves nothing more.</summary>
    public bool IsLost => _journal.IsLost;

    /// <summary>How the group reads the partition.</summary>
    public QueueAssignment Assignment { get; private set; }

    /// <summary>
    /// The time, in milliseconds since 1970, as it goes on from when the cursor was opened: a clock that is set while leases hold must end none of
    /// them before its time.
    /// </summary>
    private long Now => _openedTime + (long)_clock.GetElapsedTime(_openedAt).TotalMilliseconds;

    /// <summary>The name of a cursor's journal. It is part of the stored form.</summary>
    public static LogId LogOf(string group, TopicPartition partition) => LogId.Parse($"q-{NameOf(group, partition)}");

    /// <summary>The name of the log of what a group redrove in a partition. It is part of the stored form.</summary>
    public static LogId RequeueLogOf(string group, TopicPartition partition) => LogId.Parse($"r-{NameOf(group, partition)}");

    /// <summary>Opens a cursor, which fences every earlier owner, and creates it where the group has none in the partition yet.</summary>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    /// <exception cref="IOException">The storage cannot be read or written.</exception>
    public static async ValueTask<QueueCursor> OpenAsync(
        string group,
        TopicPartition partition,
        QueueAssignment assignment,
        ILogStore store,
        IQueueSurroundings surroundings,
        TimeProvider clock,
        ILogEvents events,
        CancellationToken cancellationToken)
    {
        var cursor = await OpenAnyAsync(group, partition, assignment, store, surroundings, clock, events, cancellationToken);
        try
        {
            if (cursor._state.Incarnation < assignment.Incarnation && cursor._state.Cursor is not null)
            {
                // It is that of a group of the same name that was deleted.
                await cursor.DeleteAsync(cancellationToken);
                cursor = await OpenAnyAsync(group, partition, assignment, store, surroundings, clock, events, cancellationToken);
            }

            if (cursor._state.Cursor is null)
            {
                cursor.Change(new QueueEntryWriter(QueueEntryKind.Created).Number(assignment.Incarnation.Value).Number(cursor._journal.Epoch.Value)
                    .Number(assignment.Start.Offset.Value).Number(assignment.Start.Epoch.Value));
                await cursor.KeptAsync();
            }
            else if (cursor._state.Incarnation != assignment.Incarnation)
            {
                throw new IOException($"Group {group} was deleted and created again while its leases in partition {partition} were opened.");
            }

            cursor.TakeOverLeases();
            await cursor.OpenRequeueAsync(cancellationToken);
            cursor.Tick();
            return cursor;
        }
        catch
        {
            await cursor.DisposeAsync();
            throw;
        }
    }

    /// <summary>Leases that another owner gave go on by this one's clock, which may say another time than that one's did.</summary>
    private void TakeOverLeases()
    {
        if (_state.CountOf(MessageState.Leased) != 0)
        {
            Change(new QueueEntryWriter(QueueEntryKind.Clock).Number(Now));
        }
    }

    private static async ValueTask<QueueCursor> OpenAnyAsync(
        string group,
        TopicPartition partition,
        QueueAssignment assignment,
        ILogStore store,
        IQueueSurroundings surroundings,
        TimeProvider clock,
        ILogEvents events,
        CancellationToken cancellationToken)
    {
        var state = new QueueState();
        var log = LogOf(group, partition);
        var options = new JournalOptions { Durability = assignment.Durability };
        var journal = await Journal.OpenAsync(store, log, state, options, cancellationToken).ToldToAsync(events, log, static opened => opened.Tail);
        return new QueueCursor(group, partition, assignment, store, surroundings, clock, events, state, journal);
    }

    /// <inheritdoc cref="ILeaseVerbs.DescribeQueueAsync"/>
    public async ValueTask<QueueStatus> DescribeAsync()
    {
        Tick();
        var status = new QueueStatus(
            _state.Finished,
            _state.CountOf(MessageState.Available) + (_requeueEnd.Value - _state.RequeueExamined.Value),
            _state.Examined,
            _state.CountOf(MessageState.Leased),
            _state.CountOf(MessageState.Delayed),
            _state.Dead.Count + _state.Redriving.Count + _state.CountOf(MessageState.Dying),
            _state.Parked.Count);
        await KeptAsync();
        return status;
    }

    /// <inheritdoc cref="QueueHost.FindNeededAsync"/>
    public async ValueTask<Offset> FindNeededAsync()
    {
        var needed = _state.Finished;
        await KeptAsync();

        // A later owner may have been moved back, and need more.
        await _journal.ConfirmAsync();
        return needed;
    }

    /// <inheritdoc cref="QueueHost.SeekAsync"/>
    public async ValueTask SeekAsync(Position to)
    {
        Change(QueueChanges.Lost(QueueEntryKind.Sought, 0, long.MaxValue, to));
        Forget();
        Changed();
        await KeptAsync();
    }

    /// <summary>Takes what the group says now. It is asked now and then; whether it is paused may have changed.</summary>
    public void Take(QueueAssignment assignment)
    {
        var changed = assignment.IsPaused != Assignment.IsPaused;
        Assignment = assignment;
        if (changed)
        {
            Changed();
        }
    }

    /// <summary>Deletes the cursor with all that it keeps.</summary>
    public async ValueTask DeleteAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        await DeleteAsync(_group, _partition, _store, cancellationToken);
    }

    /// <summary>Deletes all that a group keeps of a partition.</summary>
    public static async ValueTask DeleteAsync(string group, TopicPartition partition, ILogStore store, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(RequeueLogOf(group, partition), cancellationToken);
        await store.DeleteAsync(LogOf(group, partition), cancellationToken);
    }

    /// <summary>Gives up the memory that only a busy cursor needs.</summary>
    public void Idle()
    {
        Forget();
        _requeue?.Idle();
    }

    /// <summary>Ends all waits, for good: they answer at once.</summary>
    public void EndWaits()
    {
        if (!_ending.IsCancellationRequested)
        {
            _ending.Cancel();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _journal.GiveUp();
        EndWaits();
        Changed();
        await Waits.EndOfAsync(_burying);
        await _journal.DisposeAsync();
        if (_requeue is { } requeue)
        {
            await requeue.DisposeAsync();
        }
    }

    private static string NameOf(string group, TopicPartition partition)
    {
        return ShortDigest.Of(Encoding.UTF8.GetBytes($"{partition}/{group}"));
    }

    /// <inheritdoc cref="OwnedJournal.Change"/>
    private void Change(QueueEntryWriter entry)
    {
        ThrowIfLost();
        _journal.Change(entry.Entry);
    }

    /// <inheritdoc cref="OwnedJournal.Add"/>
    private void Add(QueueEntryWriter entry)
    {
        ThrowIfLost();
        _journal.Add(entry.Entry);
    }

    private void ThrowIfLost()
    {
        if (IsLost)
        {
            throw _journal.GivenUp();
        }
    }

    /// <inheritdoc cref="OwnedJournal.KeptAsync"/>
    private ValueTask KeptAsync() => _journal.KeptAsync();

    /// <summary>Waits until all is kept, and where settlements were refused makes sure that this owner still is the owner: another may hold those leases.</summary>
    private async ValueTask KeptAsync(List<SettleRefusal> refusals)
    {
        await KeptAsync();
        if (refusals.Count != 0)
        {
            await _journal.ConfirmAsync();
        }
    }
}
