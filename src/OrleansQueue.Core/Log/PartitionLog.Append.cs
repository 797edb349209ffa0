using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Log;

/// <summary>The way of a batch from the door to its offset.</summary>
internal sealed partial class PartitionLog
{
    /// <summary>Whether a batch says that it was sent before and has its offset already. Only its header is looked at; the door is still to come.</summary>
    public bool IsRepetition(ReadOnlySpan<byte> frame) =>
        frame.Length >= RecordBatchHeader.Size
        && RecordBatchHeader.Read(frame) is { Producer.IsIdempotent: true } header
        && Judge(header).Verdict == SequenceVerdict.Duplicate;

    private async ValueTask<ProduceResult> AppendInSequenceAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header)
    {
        var check = Judge(header);
        return check.Verdict == SequenceVerdict.Ahead ? await ParkAsync(frame, header, check.Expected) : await AnswerAsync(frame, header, check);
    }

    private SequenceCheck Judge(in RecordBatchHeader header) =>
        _assigned.Producers?.Check(header.Producer, header.RecordCount)
            ?? new SequenceCheck(header.Producer.First == Sequence.Zero ? SequenceVerdict.InOrder : SequenceVerdict.Unknown);

    private async ValueTask<ProduceResult> AnswerAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header, SequenceCheck check)
    {
        switch (check.Verdict)
        {
            case SequenceVerdict.InOrder:
                return await AssignInSequence(frame, header);
            case SequenceVerdict.Duplicate:
                return await AnswerDuplicateAsync(check.Stored);
            case SequenceVerdict.Ahead:
                return new ProduceResult.OutOfOrder(check.Expected);
            case SequenceVerdict.Fenced:
                return new ProduceResult.ProducerFenced(check.Current);
            default:
                return new ProduceResult.UnknownProducer();
        }
    }

    /// <summary>Gives a batch its offset, and then those parked behind it, before anything else can come between.</summary>
    private Task<ProduceResult> AssignInSequence(ReadOnlyMemory<byte> frame, in RecordBatchHeader header)
    {
        var first = AssignAsync(frame, header);
        var next = header.Producer.First.Plus(header.RecordCount);

        // A store may fail before its call returns; what is parked is then no better off than any later append.
        while (!_failed && _parked?.Take(header.Producer.Id, header.Producer.Epoch, next) is { } parked)
        {
            next = next.Plus(parked.Header.RecordCount);
            parked.Turn.SetResult(AssignAsync(parked.Frame, parked.Header));
        }

        return first;
    }

    private async ValueTask<ProduceResult> ParkAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header, Sequence expected)
    {
        _parked ??= new ParkedBatches(_options.MaxPendingBytes);
        var parked = _parked.TryPark(frame, header);
        if (parked is null)
        {
            return new ProduceResult.OutOfOrder(expected);
        }

        await Waits.EndOfAsync(parked.Turn.Task, _options.ParkTime, _clock, CancellationToken.None);
        if (!_parked.Remove(parked))
        {
            return await await parked.Turn.Task;
        }

        // Meanwhile the same batch may have come again and been stored, its producer been fenced, or the log been opened again.
        var obstacle = FindObstacle() ?? (_failed ? new ProduceResult.Throttled(_options.ThrottleTime) : null);
        return obstacle ?? await AnswerAsync(frame, header, Judge(header));
    }

    /// <summary>A batch that is stored is also kept; one that is still on its way is waited for.</summary>
    private async ValueTask<ProduceResult> AnswerDuplicateAsync(Offset? stored)
    {
        // Where its place is forgotten it may still be on its way too, so the newest commit is waited for.
        var commit = stored is { } offset ? FindPending(offset) : _pending.LastOrDefault() ?? _writes.LastOrDefault();
        var failure = commit is null ? null : await commit.Done;
        return failure ?? new ProduceResult.Duplicate(stored, _options.Durability);
    }

    private async Task<ProduceResult> AssignAsync(ReadOnlyMemory<byte> frame, RecordBatchHeader header)
    {
        var baseOffset = Offsets.LogEnd;
        _lastAppend = Timestamp.Max(_lastAppend, Timestamp.Now(_clock));
        var appended = new ProduceResult.Appended(baseOffset, _lastAppend, _options.Durability);

        // The header is stamped in memory of the commit: in an embedded silo the frame is the caller's own array.
        var stamped = new byte[RecordBatchHeader.Size];
        var time = _options.Policy.Timestamps == TimestampKind.Append ? _lastAppend : (Timestamp?)null;
        BatchStamp.Apply(frame.Span, stamped, baseOffset, Epoch, time);
        var placed = RecordBatchHeader.Read(stamped);
        _assigned.Add(placed, _lastAppend);
        Offsets.Assign(placed.NextOffset);

        var commit = Enqueue(stamped, frame[RecordBatchHeader.Size..], baseOffset, placed.NextOffset);
        return await commit.Done ?? appended;
    }
}
