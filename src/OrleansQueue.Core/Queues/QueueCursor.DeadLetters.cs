using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Groups;
using OrleansQueue.Storage;

namespace OrleansQueue.Queues;

/// <summary>
/// Dead letters, one after the other. The journal says which message is to become one, and under which sequence, before it is appended; so
/// whoever goes on after a failure appends it under the same sequence, and it is there once.
/// </summary>
internal sealed partial class QueueCursor
{
    private static readonly TimeSpan WorkRetry = TimeSpan.FromSeconds(1);

    private const long NoLetter = -1;

    private Task _burying = Task.CompletedTask;
    private TopicDescription? _deadTopic;

    /// <summary>Which dead letters are neither redriven nor purged.</summary>
    public async ValueTask<DeadLetters> FindDeadLettersAsync()
    {
        var partition = _state.DeadProducer?.Partition ?? _partition.Partition;
        var open = _state.Dead.Ranges;
        await KeptAsync();
        return new DeadLetters(DeadLetterTopic.NameOf(_partition.Topic, _group), partition, open);
    }

    /// <summary>Gives dead letters up for good; answers how many.</summary>
    public async ValueTask<long> PurgeAsync(IReadOnlyList<OffsetRange>? letters)
    {
        var count = Take(QueueEntryKind.Purged, letters);

        // Messages may have waited for them.
        Changed();
        await KeptAsync();
        return count;
    }

    /// <summary>Takes dead letters out of those that are open.</summary>
    private long Take(QueueEntryKind kind, IReadOnlyList<OffsetRange>? letters)
    {
        var open = letters is null ? _state.Dead.Ranges : [.. letters.SelectMany(_state.Dead.Among)];
        if (open.Count != 0)
        {
            Change(QueueChanges.Ranges(kind, open));
        }

        return open.Sum(range => range.End.Value - range.First.Value);
    }

    private void GiveUp(Unfinished row, long time, string reason, string error)
    {
        for (var place = row.First; place < row.End; place++)
        {
            Change(QueueChanges.Dying(new DyingMessage(new Place(place), row.Blamed + 1, time, Cut(reason), Cut(error)), row.Key));
        }

        Work();
    }

    private static string Cut(string text) => text.Length <= Settlement.MaxTextLength ? text : text[..Settlement.MaxTextLength];

    /// <summary>Does what is left to do with messages that died or are put back, one at a time, as often as it takes.</summary>
    private void Work()
    {
        if (_burying.IsCompleted && !IsLost)
        {
            _burying = WorkAsync();
        }
    }

    private async Task WorkAsync()
    {
        // What called is to go on first: it may have more to say of the same messages.
        await Task.Yield();
        while (!IsLost && (_state.FirstDying is not null || _state.Redriving.Count != 0))
        {
            try
            {
                var isDone = _state.FirstDying is { } dying ? await BuryAsync(dying) : await RedriveNextAsync();
                Changed();
                await (isDone ? Task.CompletedTask : Task.Delay(WorkRetry, _clock, _ending.Token));
            }
            catch (Exception error) when (error is BrokerUnavailableException or LogDamagedException or InvalidBatchException)
            {
                await Waits.EndOfAsync(Task.Delay(WorkRetry, _clock, _ending.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException)
            {
                _journal.GiveUp();
            }

            if (_ending.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Appends a dead letter; false where it has to be tried again.</summary>
    private async ValueTask<bool> BuryAsync(DyingMessage dying)
    {
        if (await ReadForLetterAsync(dying) is not { } letter)
        {
            return false;
        }

        if (letter.Length == 0)
        {
            // The record is no more, or went with another one of its batch.
            Change(new QueueEntryWriter(QueueEntryKind.Dead).Number(dying.Place.Value).Number(NoLetter));
            await KeptAsync();
            return true;
        }

        var producer = await FindDeadProducerAsync();
        await KeptAsync();
        var result = await _surroundings.ProduceAsync(producer.Topic, producer.Partition, BatchStamp.Of(producer.Stamp, letter), _ending.Token);
        switch (result)
        {
            case ProduceResult.Appended appended:
                Change(QueueChanges.Dead(dying, appended.BaseOffset, Assignment.Settings.ParkKeys));
                break;
            case ProduceResult.Duplicate { BaseOffset: { } at }:
                Change(QueueChanges.Dead(dying, at, Assignment.Settings.ParkKeys));
                break;
            case ProduceResult.OutOfOrder or ProduceResult.UnknownProducer or ProduceResult.ProducerFenced:
                Change(QueueChanges.Producer(NextEpoch(producer), isRequeue: false)!);
                return true;
            case ProduceResult.UnknownPartition:
                _deadTopic = null;
                return false;
            default:
                return false;
        }

        await KeptAsync();
        return true;
    }

    private async ValueTask<CursorProducer> FindDeadProducerAsync()
    {
        var settings = DeadLetterTopic.SettingsOf(_group, Assignment.TopicName, Assignment.Partitions, DeadLetterTopic.Retention);
        _deadTopic ??= await _surroundings.OpenOwnTopicAsync(DeadLetterTopic.NameOf(_partition.Topic, _group), settings, _ending.Token);
        if (_state.DeadProducer is { } known && known.Topic == _deadTopic.Id)
        {
            return known;
        }

        var partition = new Partition(_partition.Partition.Number % _deadTopic.Settings.Partitions);
        var producer = new CursorProducer(_deadTopic.Id, partition, _surroundings.NewProducerId(), new ProducerEpoch(0), new Sequence(0));
        Change(QueueChanges.Producer(producer, isRequeue: false)!);
        return producer;
    }

    private CursorProducer NextEpoch(CursorProducer producer)
    {
        var next = new ProducerIdentity(producer.Id, producer.Epoch).NextOr(_surroundings.NewProducerId);
        return producer with { Id = next.Id, Epoch = next.Epoch, Sequence = new Sequence(0) };
    }

    /// <summary>The dead letter of a message; no bytes where its record is no more, null where it cannot be read now.</summary>
    private async ValueTask<byte[]?> ReadForLetterAsync(DyingMessage dying)
    {
        var offset = dying.Place.Offset;
        ScanWindow? window;
        if (dying.Place.IsRequeued)
        {
            window = await ReadRequeuedAsync(offset);
        }
        else
        {
            var position = new Position(_partition.Topic, _partition.Partition, offset, Epoch.None);
            var result = await _surroundings.FetchAsync(new FetchRequest(position) { MaxBytes = 1 }, _ending.Token);
            if (result is FetchResult.Overtaken or FetchResult.Diverged or FetchResult.TopicReplaced or FetchResult.UnknownPartition)
            {
                return [];
            }

            if (result is not FetchResult.Fetched { Parts.Count: > 0 } fetched)
            {
                // It was there when it was leased: an owner that was replaced knows less. What is lost shows where the cursor reads on.
                return null;
            }

            window = ScanWindow.Of(fetched.Parts, isRequeued: false);
        }

        return window is not null && offset < window.End ? LetterOf(window.Batches[window.IndexOf(offset)], dying) : [];
    }

    private byte[] LetterOf(WindowBatch batch, DyingMessage dying)
    {
        if (!batch.CanOpen)
        {
            return batch.First == dying.Place.Offset ? DeadLetter.OfBatch(batch, dying, _group, Assignment.TopicName, _partition.Partition) : [];
        }

        var index = batch.Index;
        var records = new RecordReader(batch.Header, index.Records.Span);
        while (records.MoveNext())
        {
            if (records.Current.Offset == dying.Place.Offset)
            {
                return DeadLetter.Of(records.Current, dying, _group, Assignment.TopicName, _partition.Partition);
            }
        }

        return [];
    }
}
