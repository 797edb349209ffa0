using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>Reading the records that are leased.</summary>
internal sealed partial class QueueCursor
{
    // Who shares between tenants goes to and fro between their backlogs.
    private const int WindowsOfTenants = 4;

    private readonly ScanWindows _windows;
    private Offset _end;

    /// <summary>Forgets what was read, for example because it is not what the log holds any more.</summary>
    private void Forget() => _windows.Clear();

    /// <summary>The batches at a place; neither where there are none, or what is in the way.</summary>
    private async ValueTask<(ScanWindow? Window, LeaseResult? Problem)> FindWindowAsync(Place place)
    {
        if (_windows.Find(place) is { } known)
        {
            return (known, null);
        }

        _journal.Begin();
        if (place.IsRequeued)
        {
            return (await ReadRequeuedAsync(place.Offset) is { } read ? _windows.Add(read) : null, null);
        }

        try
        {
            var result = await _surroundings.FetchAsync(new FetchRequest(PositionAt(place.Offset)), CancellationToken.None);
            return await TakeAsync(result, place.Offset);
        }
        catch (BrokerUnavailableException)
        {
            // Whoever waits is told when the partition answers again.
            return (null, null);
        }
    }

    private Position PositionAt(Offset offset) =>
        new(_partition.Topic, _partition.Partition, offset, offset == _state.Examined ? _state.ExaminedEpoch : Epoch.None);

    private async ValueTask<(ScanWindow? Window, LeaseResult? Problem)> TakeAsync(FetchResult result, Offset asked)
    {
        switch (result)
        {
            case FetchResult.Fetched fetched:
                _end = fetched.HighWatermark;
                return (ScanWindow.Of(fetched.Parts, isRequeued: false) is { } read ? _windows.Add(read) : null, null);
            case FetchResult.Overtaken overtaken:
                await PassAsync(0, overtaken.LogStart.Offset.Value, overtaken.LogStart, asked);
                return (null, null);
            case FetchResult.Diverged diverged:
                await PassAsync(diverged.LastCommon.Offset.Value, long.MaxValue, diverged.LastCommon, asked);
                return (null, null);
            case FetchResult.TopicReplaced or FetchResult.UnknownPartition:
                return (null, new LeaseResult.UnknownPartition());
            case FetchResult.Damaged damaged:
                return (null, new LeaseResult.Damaged(damaged.Reason));
            default:
                return (null, null);
        }
    }

    /// <summary>Records of some offsets are no more: the topic dropped them when it was full, or a tail that was not kept was lost. The group goes on where there are some.</summary>
    private async ValueTask PassAsync(long first, long end, Position next, Offset asked)
    {
        Forget();
        var goesBack = first != 0;
        if (goesBack || next.Offset > _state.Finished)
        {
            var examined = goesBack || next.Offset > _state.Examined ? next : PositionAt(_state.Examined);
            Change(QueueChanges.Lost(QueueEntryKind.Lost, first, end, examined));
            _events.QueueGap(_group, _partition, asked, next.Offset);
            await KeptAsync();
        }
    }
}
