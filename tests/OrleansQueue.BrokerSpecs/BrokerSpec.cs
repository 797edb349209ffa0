using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>
/// The contract of <see cref="IBroker"/>, stated as tests. Whoever implements the broker inherits from each class of this
/// library and runs them all. A broker may be shared by many tests: each makes topics of its own.
/// </summary>
public abstract class BrokerSpec : IAsyncLifetime
{
    /// <summary>Longer than any answer takes, also on a machine that is busy with other things; it ends a test that would hang.</summary>
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static int _topics;

    private protected IBroker Broker { get; private set; } = null!;

    /// <summary>The broker that the test asks: a new one, or one that tests share.</summary>
    protected abstract ValueTask<IBroker> CreateBrokerAsync();

    /// <summary>Called when the test is over. By default the broker is disposed of, where it can be.</summary>
    protected virtual async ValueTask ReleaseBrokerAsync(IBroker broker)
    {
        if (broker is IAsyncDisposable own)
        {
            await own.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async Task InitializeAsync() => Broker = await CreateBrokerAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await ReleaseBrokerAsync(Broker);

    /// <summary>A name that no other test has.</summary>
    private protected static string NewName(string prefix = "spec") =>
        FormattableString.Invariant($"{prefix}-{Environment.ProcessId}-{Interlocked.Increment(ref _topics)}");

    private protected async Task<TopicDescription> CreateTopicAsync(TopicSettings? settings = null, string? name = null) =>
        Assert.IsType<CreateTopicResult.Created>(await CreateAsync(name ?? NewName(), settings)).Topic;

    private protected async Task<CreateTopicResult> CreateAsync(string name, TopicSettings? settings = null) =>
        await Broker.CreateTopicAsync(name, settings ?? new TopicSettings(), default).AsTask().WaitAsync(Patience);

    private protected async Task<bool> DeleteAsync(string name) => await Broker.DeleteTopicAsync(name, default).AsTask().WaitAsync(Patience);

    private protected async Task<AlterTopicResult> AlterAsync(TopicDescription topic, TopicSettings settings) =>
        await Broker.AlterTopicAsync(topic.Name, settings, topic.Version, default).AsTask().WaitAsync(Patience);

    /// <summary>A topic of one partition.</summary>
    private protected async Task<Place> CreatePartitionAsync(TopicSettings? settings = null) =>
        new((await CreateTopicAsync((settings ?? new TopicSettings()) with { Partitions = 1 })).Id, new Partition(0));

    private protected async Task<ProduceResult> ProduceAsync(Place place, ReadOnlyMemory<byte> batch) =>
        await Broker.ProduceAsync(place.Topic, place.Partition, batch, default).AsTask().WaitAsync(Patience);

    /// <summary>Appends texts as one batch.</summary>
    private protected async Task<ProduceResult.Appended> AppendAsync(Place place, params string[] values) =>
        Assert.IsType<ProduceResult.Appended>(await ProduceAsync(place, Batch.Of(values)));

    private protected async Task<FetchResult> FetchAsync(FetchRequest request) =>
        await Broker.FetchAsync(request, default).AsTask().WaitAsync(Patience);

    private protected async Task<FetchResult.Fetched> ReadAsync(FetchRequest request) =>
        Assert.IsType<FetchResult.Fetched>(await FetchAsync(request));

    /// <summary>
    /// Waits for what comes, and again where a busy machine let the longest wait go by before it came. That no wait for nothing is
    /// over sooner is asserted on the way.
    /// </summary>
    private protected async Task<FetchResult> PollAsync(FetchRequest request)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var result = await FetchAsync(request with { MaxWait = TimeSpan.MaxValue });
            if (result is not FetchResult.Fetched { Parts.Count: 0 } || Stopwatch.GetElapsedTime(began) > Patience)
            {
                return result;
            }

            AssertWaited(asked, FetchRequest.LongestWait);
        }
    }

    /// <summary>Asserts that an answer took so long. Timers count in coarse steps, so a tenth may be missing.</summary>
    internal static void AssertWaited(long since, TimeSpan wait) => Assert.InRange(Stopwatch.GetElapsedTime(since), wait * 0.9, TimeSpan.MaxValue);

    private protected async Task<Position> FindAsync(Place place, OffsetQuery query) =>
        Assert.IsType<ListOffsetsResult.Found>(await ListAsync(place, query)).Position;

    private protected async Task<ListOffsetsResult> ListAsync(Place place, OffsetQuery query) =>
        await Broker.ListOffsetsAsync(place.Topic, place.Partition, query, default).AsTask().WaitAsync(Patience);

    private protected async Task<PartitionStatus?> DescribeAsync(Place place) =>
        await Broker.DescribePartitionAsync(place.Topic, place.Partition, default).AsTask().WaitAsync(Patience);

    private protected async Task<ProducerIdentity> InitProducerAsync(ProducerIdentity? current = null) =>
        await Broker.InitProducerAsync(current, default).AsTask().WaitAsync(Patience);

    /// <summary>All records from a place on, each step going on where the one before ended.</summary>
    private protected async Task<List<(long Offset, string Value)>> ReadAllAsync(Place place, long from = 0, int maxBytes = 1 << 20)
    {
        var all = new List<(long, string)>();
        for (var next = place.At(from); ;)
        {
            var read = await ReadAsync(new FetchRequest(next) { MaxBytes = maxBytes });
            if (read.Parts.Count == 0)
            {
                return all;
            }

            Assert.True(read.Next.Offset > next.Offset, "A fetch that found batches leads on.");
            all.AddRange(Batch.Selected(read));
            next = read.Next;
        }
    }

    /// <summary>Asserts that a partition takes batches and shows them, whatever came before.</summary>
    private protected async Task AssertGoesOnAsync(Place place)
    {
        var value = NewName("value");
        var appended = await AppendAsync(place, value);
        Assert.Equal([(appended.BaseOffset.Value, value)], await ReadAllAsync(place, appended.BaseOffset.Value));
    }
}
