namespace OrleansQueue.Queues;

/// <summary>Hears of each row that comes into a map or leaves it.</summary>
internal interface IUnfinishedObserver
{
    /// <summary>A row came.</summary>
    void Added(in Unfinished row);

    /// <summary>A row left.</summary>
    void Removed(in Unfinished row);
}

/// <summary>
/// The messages that are examined and not done, as rows in the order of their places. What is not here is done, so memory goes with what is
/// in flight and not with what lies between. Rows stand in blocks, so a change moves one block's rows and no others.
/// </summary>
internal sealed class UnfinishedMap(IUnfinishedObserver observer)
{
    private const int BlockSize = 128;

    private readonly List<Block> _blocks = [];

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first row that ends behind a place; null where there is none.</summary>
    public Unfinished? Next(long place)
    {
        var (block, index) = Find(place);
        return block < _blocks.Count ? _blocks[block].Rows[index] : null;
    }

    /// <summary>Takes everything from one place up to another out, and leaves what stands outside of it in rows that were cut.</summary>
    public void Cut(long first, long end)
    {
        while (Next(first) is { } row && row.First < end)
        {
            var (block, index) = Find(first);
            RemoveAt(block, index);
            if (row.First < first)
            {
                Insert(row with { End = first });
            }

            if (row.End > end)
            {
                Insert(row with { First = end });
            }
        }
    }

    /// <summary>Puts a row in the place of whatever was there.</summary>
    public void Set(in Unfinished row)
    {
        Cut(row.First, row.End);
        var whole = row;
        if (whole.First != long.MinValue && Next(whole.First - 1) is { } before && whole.Continues(before))
        {
            Remove(before);
            whole.First = before.First;
        }

        if (Next(whole.End) is { } after && after.Continues(whole))
        {
            Remove(after);
            whole.End = after.End;
        }

        Insert(whole);
    }

    /// <summary>All rows in order.</summary>
    public IEnumerable<Unfinished> Rows()
    {
        foreach (var block in _blocks)
        {
            for (var i = 0; i < block.Count; i++)
            {
                yield return block.Rows[i];
            }
        }
    }

    private void Remove(in Unfinished row)
    {
        var (block, index) = Find(row.First);
        RemoveAt(block, index);
    }

    /// <summary>The block and the index of the first row that ends behind a place; a block beyond the last where there is none.</summary>
    private (int Block, int Index) Find(long place)
    {
        int low = 0, high = _blocks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _blocks[middle].End > place ? (low, middle) : (middle + 1, high);
        }

        return (low, low < _blocks.Count ? _blocks[low].Find(place) : 0);
    }

    private void Insert(in Unfinished row)
    {
        var (at, index) = Find(row.First);
        if (at == _blocks.Count)
        {
            // It comes behind all others: the last block takes it while it has room.
            if (at == 0 || _blocks[at - 1].Count == BlockSize)
            {
                _blocks.Add(new Block());
            }

            at = _blocks.Count - 1;
            index = _blocks[at].Count;
        }

        if (_blocks[at].Count == BlockSize)
        {
            _blocks.Insert(at + 1, _blocks[at].Split());
            if (index > _blocks[at].Count)
            {
                index -= _blocks[at].Count;
                at++;
            }
        }

        _blocks[at].Insert(index, row);
        Count++;
        observer.Added(row);
    }

    private void RemoveAt(int block, int index)
    {
        var row = _blocks[block].Rows[index];
        _blocks[block].RemoveAt(index);
        if (_blocks[block].Count == 0)
        {
            _blocks.RemoveAt(block);
        }

        Count--;
        observer.Removed(row);
    }

    private sealed class Block
    {
        // It grows with what it holds: most cursors have a handful of rows.
        private Unfinished[] _rows = new Unfinished[4];

        public Unfinished[] Rows => _rows;

        public int Count { get; private set; }

        public long End => _rows[Count - 1].End;

        public int Find(long place)
        {
            int low = 0, high = Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _rows[middle].End > place ? (low, middle) : (middle + 1, high);
            }

            return low;
        }

        public void Insert(int index, in Unfinished row)
        {
            if (Count == _rows.Length)
            {
                Array.Resize(ref _rows, _rows.Length * 2);
            }

            Array.Copy(_rows, index, _rows, index + 1, Count - index);
            _rows[index] = row;
            Count++;
        }

        public void RemoveAt(int index)
        {
            Count--;
            Array.Copy(_rows, index + 1, _rows, index, Count - index);
        }

        public Block Split()
        {
            var upper = new Block { _rows = new Unfinished[BlockSize], Count = Count / 2 };
            Array.Copy(_rows, Count - upper.Count, upper._rows, 0, upper.Count);
            Count -= upper.Count;
            return upper;
        }
    }
}
