using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>Walks the records of an answer that are meant for the reader, in order and in place.</summary>
public ref struct RecordWalk : IDisposable
{
    private readonly IReadOnlyList<OffsetRange> _selection;
    private BatchWalk _batches;
    private ReadOnlyMemory<byte> _bytes;
    private OpenedBatch _batch;
    private RecordReader _records;
    private int _range;
    private bool _isWhole;

    internal RecordWalk(IReadOnlyList<ReadOnlyMemory<byte>> parts, IReadOnlyList<OffsetRange> selection)
    {
        _batches = new BatchWalk(parts);
        _selection = selection;
    }

    /// <summary>The record that <see cref="MoveNext"/> found; its bytes belong to the broker and must not be changed.</summary>
    public readonly RecordView Current => _records.Current;

    /// <summary>The owner's epoch under which that record was appended.</summary>
    public readonly Epoch Epoch => _batch.Header.Epoch;

    /// <summary>The batch that the walk is at, as it is stored, whether or not it could be opened; empty where its end is not to be found.</summary>
    internal readonly ReadOnlyMemory<byte> Batch => _bytes;

    /// <summary>Steps to the next record; false after the last.</summary>
    /// <exception cref="InvalidBatchException">A batch is damaged, or in a codec that cannot be opened.</exception>
    public bool MoveNext()
    {
        while (true)
        {
            while (_records.MoveNext())
            {
                if (_isWhole || IsSelected(_records.Current.Offset))
                {
                    return true;
                }
            }

            if (!OpenNext())
            {
                return false;
            }
        }
    }

    /// <summary>Gives memory back that opening a compressed batch took.</summary>
    public void Dispose()
    {
        _batch.Dispose();
        _batch = default;
        _records = default;
    }

    private bool OpenNext()
    {
        Dispose();
        _bytes = default;
        while (_batches.TryNext(out _bytes))
        {
            var header = RecordBatchHeader.Read(_bytes.Span);
            while (_range < _selection.Count && _selection[_range].End <= header.BaseOffset)
            {
                _range++;
            }

            // Markers are no messages, and a batch without a selected offset need not be opened.
            if (header.Attributes.IsControl || _range == _selection.Count || _selection[_range].First > header.LastOffset)
            {
                continue;
            }

            var range = _selection[_range];
            _isWhole = range.First <= header.BaseOffset && range.End > header.LastOffset;
            _batch = OpenedBatch.Open(_bytes, BatchLimits.Default.MaxOpenedBytes);
            _records = _batch.GetRecords();
            return true;
        }

        return false;
    }

    private bool IsSelected(Offset offset)
    {
        while (_range < _selection.Count && _selection[_range].End <= offset)
        {
            _range++;
        }

        return _range < _selection.Count && _selection[_range].First <= offset;
    }
}
