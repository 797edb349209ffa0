using System.Globalization;
using System.Security.Cryptography;
using OrleansQueue.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire;
using OrleansQueue.Topics;

namespace OrleansQueue.Contracts.Broker;

/// <summary>The broker of a cluster, asked through an Orleans client or from within a silo.</summary>
internal sealed partial class OrleansBroker(IGrainFactory grains, ConnectionWatch connection) : IBroker
{
    private const int MostListed = 1_000;

    /// <inheritdoc/>
    public async ValueTask<CreateTopicResult> CreateTopicAsync(string name, TopicSettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);

        // A bad name has no shard; it is refused here with the words that a shard would use.
        return TopicName.CheckOwn(name) is { } refusal
            ? new CreateTopicResult.Refused(refusal)
            : (await CallAsync(() => CatalogueOf(name).CreateAsync(name, settings), cancellationToken)).ToCreateResult();
    }

    /// <inheritdoc/>
    public ValueTask<TopicDescription?> FindTopicAsync(string name, CancellationToken cancellationToken) => FindAsync(name, toPublish: false, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TopicDescription?> FindTopicToPublishAsync(string name, CancellationToken cancellationToken) => FindAsync(name, toPublish: true, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<TopicPage> ListTopicsAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, MostListed);

        // Each shard may hold the next of them all, so each is asked for as many as are wanted, and one more, to know whether there are more.
        var pages = await Task.WhenAll(Enumerable.Range(0, Catalogue.Shards)
            .Select(shard => CallAsync(() => grains.GetGrain<ICatalogueGrain>(shard).ListAsync(after, limit + 1), cancellationToken).AsTask()));
        var topics = pages.SelectMany(page => page).OrderBy(topic => topic.Name, StringComparer.Ordinal).Take(limit + 1).ToList();
        return topics.Count > limit
            ? new TopicPage(topics[..limit], topics[limit - 1].Name)
            : new TopicPage(topics, null);
    }

    /// <inheritdoc/>
    public async ValueTask<AlterTopicResult> AlterTopicAsync(string name, TopicSettings settings, int version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return TopicName.Check(name) is not null
            ? new AlterTopicResult.UnknownTopic()
            : (await CallAsync(() => CatalogueOf(name).AlterAsync(name, settings, version), cancellationToken)).ToAlterResult();
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteTopicAsync(string name, CancellationToken cancellationToken) =>
        TopicName.Check(name) is null && await CallAsync(() => CatalogueOf(name).DeleteAsync(name), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ProducerIdentity> InitProducerAsync(ProducerIdentity? current, CancellationToken cancellationToken) =>
        new(current?.Next() ?? new ProducerIdentity(NewProducerId(), new ProducerEpoch(0)));

    /// <inheritdoc/>
    public async ValueTask<ProduceResult> ProduceAsync(TopicId topic, Partition partition, ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
        (await CallAsync(() => GrainOf(topic, partition).ProduceAsync(new BatchFrame(batch)), cancellationToken)).ToResult();

    /// <inheritdoc/>
    public async ValueTask<FetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var grain = GrainOf(request.From.Topic, request.From.Partition);
        return (await CallAsync(() => grain.FetchAsync(FetchCall.Of(request)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public async ValueTask<ListOffsetsResult> ListOffsetsAsync(TopicId topic, Partition partition, OffsetQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return (await CallAsync(() => GrainOf(topic, partition).ListOffsetsAsync(OffsetsCall.Of(query)), cancellationToken)).ToResult();
    }

    /// <inheritdoc/>
    public ValueTask<PartitionStatus?> DescribePartitionAsync(TopicId topic, Partition partition, CancellationToken cancellationToken) =>
        CallAsync(() => GrainOf(topic, partition).DescribeAsync(), cancellationToken);

    private async ValueTask<TopicDescription?> FindAsync(string name, bool toPublish, CancellationToken cancellationToken) =>
        TopicName.Check(name) is null ? await CallAsync(() => CatalogueOf(name).FindAsync(name, toPublish), cancellationToken) : null;

    private ICatalogueGrain CatalogueOf(string name) => grains.GetGrain<ICatalogueGrain>(Catalogue.ShardOf(name));

    private IPartitionGrain GrainOf(TopicId topic, Partition partition) =>
        grains.GetGrain<IPartitionGrain>(topic.Value, partition.Number.ToString(CultureInfo.InvariantCulture), null);

    private ValueTask<T> CallAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken) => connection.CallAsync(call, cancellationToken);

    /// <summary>A random number, which no other producer has.</summary>
    internal static ProducerId NewProducerId()
    {
        Span<byte> random = stackalloc byte[sizeof(long)];
        RandomNumberGenerator.Fill(random);
        return new ProducerId(BitConverter.ToInt64(random) & long.MaxValue);
    }
}
