using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>Receipts that are still awaited, in the order of publishing.</summary>
internal sealed class ReceiptRing
{
    // The least that fills the batches in flight to some partitions; what is more than a producer buffers is never used.
    private const int LeastSize = 16 << 10;

    /// <summary>How many receipts are added before room is made for as many more.</summary>
    public const int Step = 1_024;

    private readonly ValueTask<PublishReceipt>[] _receipts;
    private long _first;
    private long _end;

    /// <summary>A ring for messages of a size. A large one would have the garbage collector walk it again and again.</summary>
    public ReceiptRing(int messageBytes) => _receipts = new ValueTask<PublishReceipt>[Math.Max(LeastSize, (int)(new ProducerOptions().BufferBytes / messageBytes))];

    public void Add(ValueTask<PublishReceipt> receipt) => _receipts[_end++ % _receipts.Length] = receipt;

    /// <summary>Takes the receipts that are there, and waits for some where the ring is nearly full.</summary>
    public async ValueTask MakeRoomAsync()
    {
        while (_first < _end && (_receipts[_first % _receipts.Length].IsCompleted || _end - _first > _receipts.Length - Step))
        {
            await _receipts[_first % _receipts.Length];
            _first++;
        }
    }

    /// <summary>Waits for all that are left; answers how many there were in all.</summary>
    public async ValueTask<long> DrainAsync()
    {
        for (; _first < _end; _first++)
        {
            await _receipts[_first % _receipts.Length];
        }

        return _first;
    }
}
