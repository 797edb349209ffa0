using OrleansQueue.Broker;
using OrleansQueue.Partitions;
using OrleansQueue.Queues;
using OrleansQueue.Storage;
using OrleansQueue.Storage.Memory;
using OrleansQueue.Topics;

namespace OrleansQueue.Testing;

/// <summary>
/// A whole broker within the test's own process. It keeps its topics in memory, runs the very same code that silos run, and
/// takes its time from a clock of the test's. What falls due when the clock is moved is done before any later call is answered.
/// Nothing is shared between two brokers, so tests may run beside each other.
/// </summary>
/// <example>
/// <code>
/// var clock = new TestClock();
/// await using var broker = new InProcessBroker(clock, new Random(1));
/// var created = (CreateTopicResult.Created)await broker.CreateTopicAsync("orders", new TopicSettings(), default);
/// var (topic, partition) = (created.Topic.Id, new Partition(0));
///
/// var builder = new RecordBatchBuilder();
/// builder.Append(Timestamp.Now(clock), NullableBytes.Null, "C-1: 59.00"u8);
/// await broker.ProduceAsync(topic, partition, builder.Build(ProducerStamp.None), default);
/// var found = await broker.FetchAsync(new FetchRequest(new Position(topic, partition, Offset.Zero, Epoch.None)), default);
/// clock.Advance(TimeSpan.FromDays(8)); // Now the record is past its retention.
/// </code>
/// </example>
public sealed partial class InProcessBroker : IBroker, IAsyncDisposable
{
    private readonly Turns _turns = new();
    private readonly InProcessDuties _duties;
    private readonly InProcessPartitions _partitions;
    private readonly InProcessCatalogue _catalogue;
    private readonly InProcessGroups _groups;
    private readonly InProcessQueues _queues;
    private readonly InProcessFormats _formats;
    private Task? _loading;
    private Task _round = Task.CompletedTask;
    private long _nextProducer;
    private volatile Exception? _broken;
    private bool _disposed;

    /// <summary>A broker with nothing in it.</summary>
    /// <param name="clock">What time it is. Default: the system's clock. With a <see cref="TestClock"/>, time goes by only when the test says so.</param>
    /// <param name="random">Where the identities of topics and producers come from; one with a seed gives the same each time. Default: others each time.</param>
    public InProcessBroker(TimeProvider? clock = null, Random? random = null)
        : this(null, clock, random, new PartitionServerOptions())
    {
    }

    /// <summary>A broker on a store, which stays the caller's. A second broker on it takes its partitions over, as another silo would.</summary>
    internal InProcessBroker(ILogStore? store, TimeProvider? clock, Random? random, PartitionServerOptions options)
    {
        random ??= new Random();
        clock ??= TimeProvider.System;
        store ??= new MemoryLogStore(new StoreId(NewGuid(random)));
        _duties = new InProcessDuties(store, clock, Wake, Failed);
        QueueHolds? holds = null;
        _partitions = new InProcessPartitions(store, options, _duties, () => holds!, clock);
        _catalogue = new InProcessCatalogue(store, _partitions, () => new TopicId(NewGuid(random)));
        var surroundings = new InProcessSurroundings(_catalogue, _partitions, () => _groups!, () => _queues!, NewProducerId);
        holds = new QueueHolds(surroundings);
        _groups = new InProcessGroups(store, surroundings, _duties, clock);
        _queues = new InProcessQueues(store, surroundings, clock);
        _formats = new InProcessFormats(store, clock);

        // Two brokers on one store begin far from each other; one broker counts.
        _nextProducer = random.NextInt64(1L << 62);
    }

    /// <summary>The settings of topics that are created at the first publish to them; null, the default, where none are.</summary>
    public TopicSettings? NewTopics { get; init; }

    /// <inheritdoc/>
    public ValueTask<CreateTopicResult> CreateTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return AskAsync(() => _catalogue.CallAsync(name, catalogue => catalogue.CreateAsync(name, settings)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(() => _catalogue.CallAsync(name, catalogue => catalogue.FindAsync(name)), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TopicDescription?> FindTopicToPublishAsync(string name, CancellationToken cancellationToken)
    {
        if (NewTopics is null || TopicName.CheckOwn(name) is not null)
        {
            return await FindTopicAsync(name, cancellationToken);
        }

        return await CreateTopicAsync(name, NewTopics, cancellationToken) switch
        {
            CreateTopicResult.Created created => created.Topic,
            CreateTopicResult.Exists exists => exists.Topic,
            _ => null,
        };
    }

    /// <inheritdoc/>
    public ValueTask<TopicPage> ListTopicsAsync(string? after, int limit, CancellationToken cancellationToken) =>
        AskAsync(() => _catalogue.ListAsync(after, limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AlterTopicResult> AlterTopicAsync(string name, TopicSettings settings, int version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return AskAsync(() => _catalogue.CallAsync(name, catalogue => catalogue.AlterAsync(name, settings, version)), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteTopicAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(() => _catalogue.CallAsync(name, catalogue => catalogue.DeleteAsync(name)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProducerIdentity> InitProducerAsync(ProducerIdentity? current, CancellationToken cancellationToken) => AskAsync(
        () => Task.FromResult(current?.Next() ?? new ProducerIdentity(NewProducerId(), new ProducerEpoch(0))), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        AskAsync(() => _partitions.ProduceAsync(topic, partition, batch), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AskAsync(() => _partitions.FetchAsync(request, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return AskAsync(() => _partitions.ListOffsetsAsync(topic, partition, query, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<PartitionStatus?> DescribePartitionAsync(TopicId topic, Partition partition, CancellationToken cancellationToken) =>
        AskAsync(() => _partitions.DescribeAsync(topic, partition), cancellationToken);

    /// <summary>Ends all waits and lets go of everything.</summary>
    public async ValueTask DisposeAsync() => await _turns.RunAsync(async () =>
    {
        if (!_disposed)
        {
            _disposed = true;
            await _duties.DisposeAsync();

            // A group that watches cursors and one that is told of nothing any more must not ask each other without end.
            _groups.EndWaits();
            _queues.EndWaits();
            await _groups.DisposeAsync();
            await _queues.DisposeAsync();
            await _partitions.DisposeAsync();
            await _catalogue.DisposeAsync();
            await _formats.DisposeAsync();
        }

        return true;
    });

    private async ValueTask<T> AskAsync<T>(Func<Task<T>> question, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_broken is { } error)
        {
            throw new InvalidOperationException(error.Message, error);
        }

        try
        {
            return await _turns.RunAsync(() => AnswerAsync(question)).WaitAsync(cancellationToken);
        }
        catch (IOException failure)
        {
            throw new BrokerUnavailableException($"The storage failed: {failure.Message}", failure);
        }
    }

    private async Task<T> AnswerAsync<T>(Func<Task<T>> question)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await LoadAsync();
        await _round;
        return await question();
    }

    private async ValueTask LoadAsync()
    {
        var loading = _loading ??= LoadAllAsync();
        try
        {
            await loading;
        }
        catch when (ReferenceEquals(loading, _loading))
        {
            // Whoever comes next tries again.
            _loading = null;
            throw;
        }
    }

    /// <summary>A store that was used before has topics, and partitions of theirs may have waited to be called.</summary>
    private async Task LoadAllAsync()
    {
        await _catalogue.LoadAsync();
        await _duties.RunAsync();
    }

    /// <summary>The timer of the duties; nobody waits for what it begins but calls that come later.</summary>
    private void Wake() => _turns.RunAsync(async () =>
    {
        await (_round = RunDutiesAsync(after: _round));
        return true;
    });

    private async Task RunDutiesAsync(Task after)
    {
        try
        {
            await after;
            await (_disposed ? Task.CompletedTask : _duties.RunAsync());
        }
        catch (Exception error)
        {
            Failed("the duties", error);
        }
    }

    /// <summary>What the storage failed at is tried again. Anything else is a fault of the broker's, and no test may pass over it.</summary>
    private void Failed(string what, Exception error) =>
        _broken ??= error is IOException ? null : new InvalidOperationException($"The broker failed at its own work, {what}: {error.Message}", error);

    private ProducerId NewProducerId() => new(_nextProducer++);

    private static Guid NewGuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
