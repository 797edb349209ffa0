namespace OrleansQueue.History;

/// <summary>
/// Numbers in the order in which they came. They lie in blocks that never move, so that adding copies nothing and a copy of the
/// whole shares the blocks: what lies in them never changes, and the copy does not look past its own count.
/// </summary>
internal sealed class LongColumn
{
    private const int BlockBits = 14;
    private const int BlockSize = 1 << BlockBits;

    private readonly List<long[]> _blocks;

    public LongColumn() => _blocks = [];

    private LongColumn(LongColumn source)
    {
        _blocks = [.. source._blocks];
        Count = source.Count;
    }

    public int Count { get; private set; }

    public long this[int index] => _blocks[index >> BlockBits][index & (BlockSize - 1)];

    public void Add(long value)
    {
        if ((Count & (BlockSize - 1)) == 0)
        {
            _blocks.Add(new long[BlockSize]);
        }

        _blocks[Count >> BlockBits][Count & (BlockSize - 1)] = value;
        Count = checked(Count + 1);
    }

    public LongColumn Snapshot() => new(this);
}
