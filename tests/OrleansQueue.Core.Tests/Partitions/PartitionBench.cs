using OrleansQueue.Broker;
using OrleansQueue.Core.Tests.Support;
using OrleansQueue.Partitions;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Telemetry;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Partitions;

/// <summary>A partition's server with its clock, its store and what it told, for tests.</summary>
internal sealed class PartitionBench : IAsyncDisposable
{
    public static readonly TopicId Topic = new(new Guid("0197a000-0000-7000-8000-0000000000aa"));
    public static readonly Partition Partition = new(3);

    private readonly BrokerMetrics _metrics = new();

    public PartitionBench(TopicSettings? settings = null, PartitionServerOptions? options = null, ILogStore? store = null)
    {
        Settings = settings ?? new TopicSettings();
        Options = options ?? new PartitionServerOptions();
        Store = new GatedLogStore(store ?? new MemoryLogStore(FileStores.Id));
        Server = NewServer();
    }

    public TopicSettings Settings { get; set; }

    public PartitionServerOptions Options { get; }

    public TestHolds Holds { get; } = new();

    public ManualClock Clock { get; } = new();

    public GatedLogStore Store { get; }

    public ToldEvents Told { get; } = new();

    public PartitionServer Server { get; }

    public Timestamp InAMinute => Timestamp.Now(Clock).Plus(TimeSpan.FromMinutes(1));

    public static Position At(long offset, int epoch = -1) => new(Topic, Partition, new Offset(offset), new Epoch(epoch));

    /// <summary>Another server of the same partition, as on another silo.</summary>
    public PartitionServer NewServer() => new(Store, Topic, Partition, Settings, Options, Holds, Clock, Told, _metrics);

    public async Task<ProduceResult> ProduceAsync(params string[] values) => await Server.ProduceAsync(BatchMaker.Of(values));

    public async Task<Offset> AppendAsync(params string[] values) => Assert.IsType<ProduceResult.Appended>(await ProduceAsync(values)).BaseOffset;

    public async Task<Offset> AppendSizeAsync(int bytes) =>
        Assert.IsType<ProduceResult.Appended>(await Server.ProduceAsync(BatchMaker.OfSize(bytes))).BaseOffset;

    public async Task<FetchResult> FetchAsync(long from = 0, double waitSeconds = 0, CancellationToken cancellationToken = default) =>
        await Server.FetchAsync(new FetchRequest(At(from)) { MaxWait = TimeSpan.FromSeconds(waitSeconds) }, cancellationToken);

    public async Task<List<(long Offset, string Value)>> ReadAsync(long from = 0) =>
        BatchMaker.Read(Assert.IsType<FetchResult.Fetched>(await FetchAsync(from)).Parts);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _metrics.Dispose();
    }
}
