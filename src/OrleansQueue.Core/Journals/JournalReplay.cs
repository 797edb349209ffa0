using System.Buffers;
using OrleansQueue.Batches;
using OrleansQueue.Storage;

namespace OrleansQueue.Journals;

/// <summary>Brings a state to the end of its journal: from the last whole snapshot, and the entries behind it.</summary>
internal sealed class JournalReplay(ILog log, IJournalState state) : ITailObserver
{
    private readonly ArrayBufferWriter<byte> _snapshot = new();

    /// <summary>The offset behind the last record.</summary>
    public Offset Next { get; private set; }

    /// <summary>Bytes of entries behind the last whole snapshot.</summary>
    public long EntryBytes { get; private set; }

    /// <summary>Commits behind the last whole snapshot.</summary>
    public long Commits { get; private set; }

    /// <summary>Bytes of the last whole snapshot.</summary>
    public long SnapshotBytes { get; private set; }

    /// <summary>Replays the journal.</summary>
    /// <exception cref="LogDamagedException">Bytes that were once whole are not any more, so the state cannot be known.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        if (log.Tail.Damage is { } damage)
        {
            throw damage;
        }

        var start = await FindStartAsync(cancellationToken);
        for (var i = start; i < log.Segments.Count; i++)
        {
            var first = log.Segments[i].FirstOffset;
            if (i > start && Next != first)
            {
                throw new LogDamagedException(PlaceOf(log.Segments[i - 1]), log.Segments[i - 1].Length, Next, $"the next segment begins at offset {first}");
            }

            Next = first;
            _snapshot.Clear();
            await ScanAsync(log.Segments[i], this, cancellationToken);
        }
    }

    public void OnBatch(in RecordBatchHeader header, long position, ReadOnlySpan<byte> batch)
    {
        EntryBytes += batch.Length;
        Commits++;
        var records = new RecordReader(header, batch[RecordBatchHeader.Size..]);
        while (records.MoveNext())
        {
            Take(records.Current);
        }

        Next = header.NextOffset;
    }

    private void Take(in RecordView record)
    {
        switch (JournalFormat.KindOf(record))
        {
            case JournalRecord.Entry:
                // A snapshot that was cut off before its end is none; what it would have covered stands in the segment before.
                _snapshot.Clear();
                state.Apply(record.Value.Span);
                break;
            case JournalRecord.SnapshotPiece:
                _snapshot.Write(record.Value.Span);
                break;
            default:
                _snapshot.Write(record.Value.Span);
                state.ReadSnapshot(_snapshot.WrittenSpan);
                SnapshotBytes = _snapshot.WrittenCount;
                (EntryBytes, Commits) = (0, 0);
                _snapshot.Clear();
                break;
        }
    }

    /// <summary>The last segment that begins with a whole snapshot, or the first of all.</summary>
    private async ValueTask<int> FindStartAsync(CancellationToken cancellationToken)
    {
        for (var i = log.Segments.Count - 1; i > 0; i--)
        {
            var finder = new SnapshotFinder();
            await ScanAsync(log.Segments[i], finder, cancellationToken);
            if (finder.BeginsWithSnapshot)
            {
                return i;
            }
        }

        return 0;
    }

    private ValueTask ScanAsync(SegmentExtent segment, ITailObserver observer, CancellationToken cancellationToken) =>
        SegmentScanner.ScanWholeAsync(log, segment, PlaceOf(segment), observer, cancellationToken);

    private string PlaceOf(SegmentExtent segment) => $"journal {log.Id}, segment {SegmentName.OfLog(segment.FirstOffset)}";

    private sealed class SnapshotFinder : ITailObserver
    {
        private bool _over;

        public bool BeginsWithSnapshot { get; private set; }

        public void OnBatch(in RecordBatchHeader header, long position, ReadOnlySpan<byte> batch)
        {
            var records = new RecordReader(header, batch[RecordBatchHeader.Size..]);
            while (!_over && records.MoveNext())
            {
                var kind = JournalFormat.KindOf(records.Current);
                BeginsWithSnapshot = kind == JournalRecord.SnapshotEnd;
                _over = kind != JournalRecord.SnapshotPiece;
            }
        }
    }
}
