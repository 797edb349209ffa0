using OrleansQueue.Client;

namespace OrleansQueue.Cli.Bench;

/// <summary>Receipts that are still awaited, in the order of publishing.</summary>
internal sealed class ReceiptRing
{
    /// <summary>How many receipts are added before room is made for as many more.</summary>
    public const int Step = 1_024;

    // More than the producer's buffer holds of the smallest messages.
    private const int Size = 1 << 20;

    private readonly ValueTask<PublishReceipt>[] _receipts = new ValueTask<PublishReceipt>[Size];
    private long _first;
    private long _end;

    public void Add(ValueTask<PublishReceipt> receipt) => _receipts[_end++ % Size] = receipt;

    /// <summary>Takes the receipts that are there, and waits for some where the ring is nearly full.</summary>
    public async ValueTask MakeRoomAsync()
    {
        while (_first < _end && (_receipts[_first % Size].IsCompleted || _end - _first > Size - Step))
        {
            await _receipts[_first % Size];
            _first++;
        }
    }

    /// <summary>Waits for all that are left; answers how many there were in all.</summary>
    public async ValueTask<long> DrainAsync()
    {
        for (; _first < _end; _first++)
        {
            await _receipts[_first % Size];
        }

        return _first;
    }
}
