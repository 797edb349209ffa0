using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Many producers at once: each one's records are stored once, in its order, and none is lost, whatever is throttled.</summary>
public abstract class OrderSpec : BrokerSpec
{
    private const int Producers = 8;
    private const int BatchesEach = 60;
    private const int RecordsEach = 3;

    /// <summary>A client has at most five batches in flight.</summary>
    private const int InFlight = 5;

    /// <summary>How long the value of each record is.</summary>
    protected virtual int ValueBytes => 20;

    [Fact]
    public async Task Each_producers_records_are_stored_once_and_in_its_order()
    {
        var place = await CreatePartitionAsync();
        var offsets = await Task.WhenAll(Enumerable.Range(0, Producers).Select(i => PublishAsync(place, i)));
        var all = await ReadAllAsync(place);

        Assert.Equal(Producers * BatchesEach * RecordsEach, all.Count);
        Assert.Equal(Enumerable.Range(0, all.Count).Select(i => (long)i), all.Select(record => record.Offset));
        for (var i = 0; i < Producers; i++)
        {
            var own = all.Where(record => record.Value.StartsWith($"{i}:", StringComparison.Ordinal)).ToList();
            Assert.Equal(Enumerable.Range(0, BatchesEach * RecordsEach).Select(number => ValueOf(i, number)), own.Select(record => record.Value));

            // What a producer was told of its batches is where they are.
            Assert.Equal(own.Where((_, number) => number % RecordsEach == 0).Select(record => record.Offset), offsets[i]);
        }
    }

    [Fact]
    public async Task Readers_meanwhile_see_a_beginning_of_what_comes_and_never_a_gap()
    {
        var place = await CreatePartitionAsync();
        var publishing = Task.WhenAll(Enumerable.Range(0, Producers).Select(i => PublishAsync(place, i)));
        long seen = 0;
        for (var next = place.At(0); seen < Producers * BatchesEach * RecordsEach;)
        {
            var read = await ReadAsync(new FetchRequest(next) { MaxWait = FetchRequest.LongestWait, MaxRecords = 50 });
            foreach (var (offset, _) in Batch.Selected(read))
            {
                Assert.Equal(seen++, offset);
            }

            next = read.Next;
        }

        await publishing;
    }

    /// <summary>Sends a producer's batches with several in flight, and again what was throttled. Answers where each one is.</summary>
    private async Task<long[]> PublishAsync(Place place, int number)
    {
        var producer = await InitProducerAsync();
        var offsets = new long[BatchesEach];
        using var room = new SemaphoreSlim(InFlight);
        var sending = new List<Task>();
        for (var i = 0; i < BatchesEach; i++)
        {
            await room.WaitAsync();
            sending.Add(SendAsync(i));
        }

        await Task.WhenAll(sending);
        return offsets;

        async Task SendAsync(int index)
        {
            var first = index * RecordsEach;
            var batch = Batch.From(producer, first, [.. Enumerable.Range(first, RecordsEach).Select(record => ValueOf(number, record))]);
            offsets[index] = await StoreAsync(place, batch);
            room.Release();
        }
    }

    /// <summary>Sends a batch until it is stored. Only what says that nothing of it was stored is answered by sending it again.</summary>
    private async Task<long> StoreAsync(Place place, ReadOnlyMemory<byte> batch)
    {
        while (true)
        {
            switch (await ProduceAsync(place, batch))
            {
                case ProduceResult.Appended appended:
                    return appended.BaseOffset.Value;
                case ProduceResult.Duplicate { BaseOffset: { } stored }:
                    return stored.Value;
                case ProduceResult.Throttled throttled:
                    await PauseAsync(place, throttled.After);
                    break;
                case ProduceResult.OutOfOrder:
                case ProduceResult.UnknownProducer:
                    // One before it was throttled and is on its way again.
                    break;
                case var other:
                    Assert.Fail($"The batch was answered with {other}.");
                    break;
            }
        }
    }

    /// <summary>Waits as a client does that was told to come later: for something new, or until the time is over.</summary>
    private async Task PauseAsync(Place place, TimeSpan time) =>
        await FetchAsync(new FetchRequest(await FindAsync(place, new OffsetQuery.Latest())) { MaxWait = time });

    private string ValueOf(int producer, int number) => FormattableString.Invariant($"{producer}:{number}:").PadRight(ValueBytes, 'x');
}
