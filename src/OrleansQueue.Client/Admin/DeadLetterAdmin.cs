using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansQueue.Batches;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// What operators do with the messages that a group gave up. Each call waits through an outage up to
/// <see cref="ClientOptions.ConnectTimeout"/> and throws <see cref="BrokerUnavailableException"/> after that.
/// </summary>
public sealed class DeadLetterAdmin
{
    private readonly ClientContext _client;

    internal DeadLetterAdmin(ClientContext client) => _client = client;

    /// <summary>Lists the dead letters of a topic that were neither redriven nor purged; of a stream group all that its dead-letter topic still has.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The name of one of its topics.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GroupDeletedException">There is no such group.</exception>
    /// <exception cref="UnknownTopicException">The group does not read the topic.</exception>
    /// <exception cref="PartitionDamagedException">What comes next is damaged.</exception>
    public async IAsyncEnumerable<DeadLetter> ListAsync(string group, string topic, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var places = new DeadLetterPlaces(_client, group, topic);
        var (_, found) = await _client.Background.RunAsync(() => places.FindAsync(cancellationToken));
        foreach (var place in found)
        {
            await foreach (var letter in places.ReadAsync(place, cancellationToken))
            {
                yield return letter;
            }
        }
    }

    /// <summary>Finds one dead letter; null where there is none of that id.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The name of one of its topics.</param>
    /// <param name="id">The letter's <see cref="DeadLetter.Id"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The id is none.</exception>
    /// <inheritdoc cref="ListAsync"/>
    public Task<DeadLetter?> FindAsync(string group, string topic, string id, CancellationToken cancellationToken = default) => _client.Background.RunAsync(async () =>
    {
        var places = new DeadLetterPlaces(_client, group, topic);
        foreach (var place in Only((await places.FindAsync(cancellationToken)).Places, id))
        {
            await foreach (var letter in places.ReadAsync(place, cancellationToken))
            {
                return letter;
            }
        }

        return null;
    });

    /// <summary>Puts dead letters of a queue group back for it alone, ahead of what it has not read yet, with their attempts reset and their history kept.</summary>
    /// <param name="group">The group, of kind Queue.</param>
    /// <param name="topic">The name of one of its topics.</param>
    /// <param name="id">The letter's <see cref="DeadLetter.Id"/>; null for all.</param>
    /// <param name="cancellationToken">Ends the wait; asking again goes on with what is left.</param>
    /// <returns>How many were put back. Of calls whose answer was lost this is not known, and they count as none.</returns>
    /// <exception cref="DeadLetterRefusedException">It is a stream group, whose readers are all alike: only <see cref="RedriveToTopicAsync"/> helps there.</exception>
    /// <exception cref="ArgumentException">The id is none.</exception>
    /// <inheritdoc cref="ListAsync"/>
    public Task<long> RedriveAsync(string group, string topic, string? id = null, CancellationToken cancellationToken = default) => MarkAsync(
        group, topic, id, "Redriving", $"Group {group} is a stream group: it reads the topic in order and has no place for single messages. Redrive to the topic, where all groups see them.",
        (place, token) => _client.Broker.RedriveAsync(group, place.Source, place.Open, token), cancellationToken);

    /// <summary>Gives dead letters of a queue group up: they are not listed and cannot be redriven any more. Their records stay until their retention is over.</summary>
    /// <returns>How many were given up.</returns>
    /// <exception cref="DeadLetterRefusedException">It is a stream group, of whose dead letters nothing is kept but the records.</exception>
    /// <inheritdoc cref="RedriveAsync"/>
    public Task<long> PurgeAsync(string group, string topic, string? id = null, CancellationToken cancellationToken = default) => MarkAsync(
        group, topic, id, "Purging", $"Group {group} is a stream group: nothing marks its dead letters, and their records go when their retention is over. Delete the dead-letter topic to be rid of all.",
        (place, token) => _client.Broker.PurgeDeadLettersAsync(group, place.Source, place.Open, token), cancellationToken);

    /// <summary>
    /// Publishes dead letters again to the topic that they came from, where all its groups see them, and then, of a queue group, purges them.
    /// Who does so twice for a stream group, or asks again after a failure, publishes twice.
    /// </summary>
    /// <returns>How many were published.</returns>
    /// <exception cref="PublishRefusedException">A message breaks a limit of the topic; those before it were published.</exception>
    /// <inheritdoc cref="RedriveAsync"/>
    public Task<long> RedriveToTopicAsync(string group, string topic, string? id = null, CancellationToken cancellationToken = default) => _client.Background.RunAsync(async () =>
    {
        var places = new DeadLetterPlaces(_client, group, topic);
        var (kind, found) = await places.FindAsync(cancellationToken);
        await using var producer = await TopicProducer.OpenAsync(_client, topic, new ProducerOptions(), cancellationToken);
        var count = 0L;
        foreach (var place in id is null ? found : Only(found, id))
        {
            await foreach (var letter in places.ReadAsync(place, cancellationToken))
            {
                // One by one: what is purged is surely published.
                await PublishAsync(producer, letter.Raw, cancellationToken);
                count++;
                if (kind == GroupKind.Queue)
                {
                    OffsetRange[] one = [new(letter.Raw.Offset, letter.Raw.Offset.Plus(1))];
                    await _client.InsistAsync("Purging", token => _client.Broker.PurgeDeadLettersAsync(group, place.Source, one, token), cancellationToken);
                }
            }
        }

        return count;
    });

    private Task<long> MarkAsync(
        string group, string topic, string? id, string what, string refusal, Func<DeadLetterPlace, CancellationToken, ValueTask<long?>> mark, CancellationToken cancellationToken) =>
        _client.Background.RunAsync(async () =>
        {
            var (kind, places) = await new DeadLetterPlaces(_client, group, topic).FindAsync(cancellationToken);
            if (kind == GroupKind.Stream)
            {
                throw new DeadLetterRefusedException(refusal);
            }

            var count = 0L;
            foreach (var place in id is null ? places : Only(places, id))
            {
                count += await _client.InsistAsync($"{what} dead letters of group {group}", token => mark(place, token), cancellationToken) ?? throw new GroupDeletedException(group);
            }

            return count;
        });

    private static ValueTask<PublishReceipt> PublishAsync(TopicProducer producer, Delivery letter, CancellationToken cancellationToken)
    {
        using var scratch = Scratch.Take();
        var headers = letter.Headers.Where(static header => !header.Name.StartsWith(HeaderNames.DeadPrefix, StringComparison.Ordinal)).ToList();
        return producer.Publish(scratch, BytesOf(letter.Key), BytesOf(letter.Value), new PublishOptions { Headers = headers }, cancellationToken);
    }

    private static NullableBytes BytesOf(ReadOnlyMemory<byte>? bytes) => bytes is { } there ? new NullableBytes(there.Span) : NullableBytes.Null;

    /// <summary>The place of one letter; none where it is not open.</summary>
    private static IEnumerable<DeadLetterPlace> Only(IReadOnlyList<DeadLetterPlace> places, string id)
    {
        var parts = id.Split('-');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            || offset == long.MaxValue)
        {
            throw new ArgumentException(Refusal.OfText("dead letter id", id, "partition-offset in the dead-letter topic, as listed").ToString(), nameof(id));
        }

        return places
            .Where(place => place.Partition.Number == partition && place.Open.Any(open => open.Contains(new(offset))))
            .Select(place => place with { Open = [new OffsetRange(new(offset), new(offset + 1))] });
    }
}
