using OrleansQueue.Batches;

namespace OrleansQueue.Log;

/// <summary>The way of a batch from the door to its offset.</summary>
internal sealed partial class PartitionLog
{
    private async ValueTask<AppendResult> AppendInSequenceAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header)
    {
        var check = _assigned.Producers?.Check(header.Producer, header.RecordCount)
            ?? new SequenceCheck(header.Producer.First == Sequence.Zero ? SequenceVerdict.InOrder : SequenceVerdict.Unknown);
        switch (check.Verdict)
        {
            case SequenceVerdict.InOrder:
                return await AssignInSequence(frame, header);
            case SequenceVerdict.Duplicate:
                return await AnswerDuplicateAsync(check.Stored);
            case SequenceVerdict.Ahead:
                return await ParkAsync(frame, header, check.Expected);
            case SequenceVerdict.Fenced:
                return new AppendResult.ProducerFenced(check.Current);
            default:
                return new AppendResult.UnknownProducer();
        }
    }

    /// <summary>Gives a batch its offset, and then those parked behind it, before anything else can come between.</summary>
    private Task<AppendResult> AssignInSequence(ReadOnlyMemory<byte> frame, in RecordBatchHeader header)
    {
        var first = AssignAsync(frame, header);
        var next = header.Producer.First.Plus(header.RecordCount);
        while (_parked?.Take(header.Producer.Id, header.Producer.Epoch, next) is { } parked)
        {
            next = next.Plus(parked.Header.RecordCount);
            parked.Turn.SetResult(AssignAsync(parked.Frame, parked.Header));
        }

        return first;
    }

    private async ValueTask<AppendResult> ParkAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header, Sequence expected)
    {
        _parked ??= new ParkedBatches();
        var parked = _parked.TryPark(frame, header);
        if (parked is null)
        {
            return new AppendResult.OutOfOrder(expected);
        }

        using var turned = new CancellationTokenSource();
        await Task.WhenAny(parked.Turn.Task, Task.Delay(_options.ParkTime, _clock, turned.Token));
        await turned.CancelAsync();
        if (_parked.Remove(parked))
        {
            var now = _assigned.Producers?.Check(header.Producer, header.RecordCount);
            return new AppendResult.OutOfOrder(now?.Expected ?? expected);
        }

        return await await parked.Turn.Task;
    }

    /// <summary>A batch that is stored is also kept; one that is still on its way is waited for.</summary>
    private async ValueTask<AppendResult> AnswerDuplicateAsync(Offset? stored)
    {
        var commit = stored is { } offset && offset >= Offsets.HighWatermark ? FindPending(offset) : null;
        var failure = commit is null ? null : await commit.Done;
        return failure ?? new AppendResult.Duplicate(stored);
    }

    private async Task<AppendResult> AssignAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header)
    {
        var baseOffset = Offsets.LogEnd;
        _lastAppend = Timestamp.Max(_lastAppend, Timestamp.Now(_clock));
        var appended = new AppendResult.Appended(baseOffset, _lastAppend, _options.Durability);

        // The header is stamped in memory of the commit: in an embedded silo the frame is the caller's own array.
        var stamped = new byte[RecordBatchHeader.Size];
        var time = _options.Policy.Timestamps == TimestampKind.Append ? _lastAppend : (Timestamp?)null;
        BatchStamp.Apply(frame.Span, stamped, baseOffset, Epoch, time);
        var placed = RecordBatchHeader.Read(stamped);
        _assigned.Add(placed);
        Offsets.Assign(placed.NextOffset);

        var commit = Enqueue(stamped, frame[RecordBatchHeader.Size..], baseOffset, placed.NextOffset);
        return await commit.Done ?? appended;
    }
}
