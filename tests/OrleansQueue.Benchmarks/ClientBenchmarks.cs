#pragma warning disable CA2012 // Each receipt is awaited once; only later, with those of its batch.
using BenchmarkDotNet.Attributes;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Client;

namespace OrleansQueue.Benchmarks;

/// <summary>
/// Publishing and reading through the client, over a broker that does nothing, so that only the client itself counts. How many
/// batches the messages make, and so what they take, is a matter of timing; so publishing has no budget here. That a message itself
/// allocates nothing is held by a test of the client.
/// </summary>
public class ClientBenchmarks
{
    private readonly byte[] _value = new byte[100];
    private readonly byte[] _large = new byte[1_000];
    private readonly byte[] _key = "customer-1"u8.ToArray();
    private readonly ValueTask<PublishReceipt>[] _receipts = new ValueTask<PublishReceipt>[BatchBenchmarks.Records];
    private TopicProducer _producer = null!;
    private TopicProducer<byte[]> _typed = null!;
    private FetchedRecords _fetched = null!;

    /// <summary>Opens the producers, and makes an answer of 1,000 records.</summary>
    [GlobalSetup]
    public void Setup()
    {
        // Within a process the benchmarks do not wait for a setup that is asynchronous.
        var client = new BrokerClient(new NullBroker());
        _producer = client.OpenProducerAsync("benchmark").GetAwaiter().GetResult();
        _typed = client.OpenProducerAsync("benchmark", new TypedProducerOptions<byte[]>()).GetAwaiter().GetResult();
        ReadOnlyMemory<byte> batch = new BatchBenchmarks().Encode();
        var from = new Position(default, default, Offset.Zero, Epoch.None);
        _fetched = new FetchedRecords("benchmark", from, new FetchResult.Fetched(
            [batch], [new(Offset.Zero, new(BatchBenchmarks.Records))], from, Offset.Zero, Offset.Zero, Offset.Zero));
    }

    /// <summary>Publishes 1,000 messages of 100 bytes and awaits their receipts.</summary>
    [Benchmark]
    public Task<long> Publish() => PublishAllAsync(_value);

    /// <summary>The same with messages of 1,000 bytes.</summary>
    [Benchmark]
    public Task<long> PublishLarge() => PublishAllAsync(_large);

    /// <summary>The same with messages of a type.</summary>
    [Benchmark]
    public async Task<long> PublishTyped()
    {
        for (var i = 0; i < _receipts.Length; i++)
        {
            _receipts[i] = _typed.PublishAsync(_value);
        }

        return await AwaitAllAsync();
    }

    /// <summary>Walks an answer of 1,000 records.</summary>
    [Benchmark]
    [AllocationBudget(0)]
    public long Read()
    {
        long bytes = 0;
        foreach (var record in _fetched)
        {
            bytes += record.Key.Span.Length + record.Value.Span.Length;
        }

        return bytes;
    }

    private Task<long> PublishAllAsync(byte[] value)
    {
        for (var i = 0; i < _receipts.Length; i++)
        {
            _receipts[i] = _producer.PublishAsync(new NullableBytes(_key), new NullableBytes(value));
        }

        return AwaitAllAsync();
    }

    private async Task<long> AwaitAllAsync()
    {
        long offsets = 0;
        await _producer.FlushAsync();
        await _typed.FlushAsync();
        foreach (var receipt in _receipts)
        {
            offsets += (await receipt).Offset!.Value.Value;
        }

        return offsets;
    }
}
