using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Log;

namespace OrleansQueue.Queues;

/// <summary>
/// Dead letters that are put back. They go into a log that only this cursor has, since the topic's records are everybody's; it is leased
/// from before the topic is.
/// </summary>
internal sealed partial class QueueCursor
{
    // It is deleted in whole segments.
    private const long RequeueSegmentBytes = 4 << 20;

    private PartitionLog? _requeue;
    private Offset _requeueEnd;

    /// <summary>Puts dead letters back; answers how many. It is kept that they are to be when this answers, and they are there soon after.</summary>
    public async ValueTask<long> RedriveAsync(IReadOnlyList<OffsetRange>? letters)
    {
        var count = Take(QueueEntryKind.Redriving, letters);
        Work();
        await KeptAsync();
        return count;
    }

    private async ValueTask OpenRequeueAsync(CancellationToken cancellationToken)
    {
        if (_state.RequeueProducer is not null)
        {
            _requeue = await PartitionLog.OpenAsync(_store, RequeueOptions(), _clock, _events, cancellationToken);
            _requeueEnd = _requeue.Offsets.HighWatermark;
        }

        Work();
    }

    private PartitionLogOptions RequeueOptions() => new()
    {
        Log = RequeueLogOf(_group, _partition),
        Durability = Assignment.Durability,
        Limits = BatchLimits.DeadLetters,
        SegmentBytes = RequeueSegmentBytes,
    };

    private async ValueTask<ScanWindow?> ReadRequeuedAsync(Offset offset)
    {
        if (_requeue is null)
        {
            return null;
        }

        var read = await _requeue.ReadAsync(offset, FetchRequest.DefaultMaxBytes, _ending.Token);
        return read.Kind == LogReadKind.Batches ? ScanWindow.Of(read.Parts, isRequeued: true) : null;
    }

    /// <summary>Puts the first of the dead letters back; false where it has to be tried again.</summary>
    private async ValueTask<bool> RedriveNextAsync()
    {
        var letter = _state.Redriving.First;
        var source = _state.DeadProducer!;
        var position = new Position(source.Topic, source.Partition, letter, Epoch.None);
        var result = await _surroundings.FetchAsync(new FetchRequest(position) { MaxBytes = 1 }, _ending.Token);
        if (result is FetchResult.Fetched { Parts.Count: not 0 } fetched && ScanWindow.Of(fetched.Parts, isRequeued: false)!.Batches[0] is { } batch && batch.First == letter)
        {
            return await RequeueAsync(letter, batch);
        }

        // Its retention was over before it was put back, or it is not there to be read now.
        if (result is FetchResult.Overtaken or FetchResult.TopicReplaced or FetchResult.UnknownPartition)
        {
            Change(new QueueEntryWriter(QueueEntryKind.Redriven).Number(letter.Value).Byte(0));
            await KeptAsync();
            return true;
        }

        return false;
    }

    private async ValueTask<bool> RequeueAsync(Offset letter, WindowBatch batch)
    {
        _requeue ??= await PartitionLog.OpenAsync(_store, RequeueOptions(), _clock, _events, _ending.Token);
        if (_state.RequeueProducer is not { } producer)
        {
            producer = new CursorProducer(_partition.Topic, _partition.Partition, _surroundings.NewProducerId(), new ProducerEpoch(0), new Sequence(0));
            Change(QueueChanges.Producer(producer, isRequeue: true)!);
        }

        await KeptAsync();
        switch (await _requeue.AppendAsync(BatchStamp.Of(producer.Stamp, batch.ToArray())))
        {
            case ProduceResult.Appended or ProduceResult.Duplicate:
                // It is there to be leased by the time that its key goes on, or a later message of the key would come before it.
                _requeueEnd = _requeue.Offsets.HighWatermark;
                Change(new QueueEntryWriter(QueueEntryKind.Redriven).Number(letter.Value).Byte(1));
                await KeptAsync();
                await _requeue.ApplyRetentionAsync(new Retention(TimeSpan.Zero), _state.RequeueFinished, _ending.Token);
                return true;
            case ProduceResult.OutOfOrder or ProduceResult.UnknownProducer or ProduceResult.ProducerFenced:
                Change(QueueChanges.Producer(NextEpoch(producer), isRequeue: true)!);
                return true;
            case ProduceResult.Fenced:
                throw _journal.GivenUp();
            default:
                return false;
        }
    }
}
