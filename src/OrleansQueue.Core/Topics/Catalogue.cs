using System.Text;
using System.Text.Json;
using OrleansQueue.Batches;
using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Log;
using OrleansQueue.Storage;

namespace OrleansQueue.Topics;

/// <summary>Who keeps the settings of each topic where its partitions ask for them, and ends its partitions.</summary>
internal interface ITopicKeepers
{
    /// <summary>Keeps the settings of a topic, unless it has later ones.</summary>
    ValueTask KeepAsync(TopicDescription topic);

    /// <summary>Deletes the records of a topic's partitions and forgets the topic. Doing it again does nothing.</summary>
    ValueTask DeleteAsync(TopicId topic, int partitions);
}

/// <summary>
/// One shard of the catalogue: which topics there are. A change is journaled here first; then the topic's keeper is told, and
/// where that fails, or this process ends in between, it is told again by <see cref="SettleAsync()"/>. So a topic is created at
/// once or not at all.
/// <para>It takes one call at a time. After a call that threw it is thrown away and opened again from its journal.</para>
/// </summary>
internal sealed class Catalogue : IAsyncDisposable
{
    /// <summary>How many shards there are. It is part of the stored form: a topic's shard follows from its name.</summary>
    public const int Shards = 16;

    private const int MostListed = 1_001;

    private readonly CatalogueState _state;
    private readonly FormatLevels _levels;
    private readonly Journal _journal;
    private readonly ITopicKeepers _keepers;
    private readonly Func<TopicId> _newId;

    private Catalogue(CatalogueState state, Journal journal, FormatLevels levels, ITopicKeepers keepers, Func<TopicId> newId)
    {
        _state = state;
        _journal = journal;
        _levels = levels;
        _keepers = keepers;
        _newId = newId;
    }

    /// <summary>Whether something is left for <see cref="SettleAsync()"/>.</summary>
    public bool IsUnsettled => _state.Unsettled.Count != 0 || _state.Deleting.Count != 0;

    /// <summary>The shard that a topic's name belongs to.</summary>
    public static int ShardOf(string name) => (int)(Crc32C.Compute(Encoding.UTF8.GetBytes(name)) % Shards);

    /// <summary>Opens a shard.</summary>
    /// <param name="store">Where its journal is.</param>
    /// <param name="shard">Its number.</param>
    /// <param name="keepers">Who keeps the topics' settings.</param>
    /// <param name="newId">Makes the identity of a new topic.</param>
    /// <param name="events">Is told what recovery found.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="LogDamagedException">The journal is damaged.</exception>
    public static async ValueTask<Catalogue> OpenAsync(
        ILogStore store, int shard, ITopicKeepers keepers, Func<TopicId> newId, ILogEvents events, CancellationToken cancellationToken)
    {
        var state = new CatalogueState(store.Levels);
        var log = LogId.Parse($"catalogue-{shard:D2}");
        var journal = await Journal.OpenAsync(store, log, state, new JournalOptions(), cancellationToken).ToldToAsync(events, log, static opened => opened.Tail);
        return new Catalogue(state, journal, store.Levels, keepers, newId);
    }

    /// <inheritdoc cref="ITopicVerbs.CreateTopicAsync"/>
    public ValueTask<CreateTopicResult> CreateAsync(string name, TopicSettings settings) =>
        CreateAsync(TopicName.CheckOwn(name) ?? settings.Check() ?? CheckOrigin(settings) ?? CheckLevel(settings), name, settings);

    /// <summary>Finds a topic of the broker's own, or creates it: one whose name begins with <see cref="TopicName.ReservedPrefix"/>.</summary>
    /// <exception cref="ArgumentException">The name or a setting is bad.</exception>
    public async ValueTask<TopicDescription> OpenOwnAsync(string name, TopicSettings settings) =>
        await CreateAsync(TopicName.CheckReserved(name) ?? settings.Check(), name, settings) switch
        {
            CreateTopicResult.Created created => created.Topic,
            CreateTopicResult.Exists exists => exists.Topic,
            var refused => throw new ArgumentException($"The broker cannot make a topic of its own: {refused}.", nameof(name)),
        };

    /// <summary>Finds a topic. Its keeper has its settings when this answers.</summary>
    public async ValueTask<TopicDescription?> FindAsync(string name)
    {
        var topic = _state.Find(name);
        if (topic is not null)
        {
            await SettleAsync(topic);
        }

        return topic;
    }

    /// <summary>The topics of this shard behind a name, <paramref name="limit"/> at most.</summary>
    public IReadOnlyList<TopicDescription> List(string? after, int limit) => [.. _state.From(after).Take(Math.Clamp(limit, 1, MostListed))];

    /// <inheritdoc cref="ITopicVerbs.AlterTopicAsync"/>
    public async ValueTask<AlterTopicResult> AlterAsync(string name, TopicSettings settings, int version)
    {
        if (_state.Find(name) is not { } present)
        {
            return new AlterTopicResult.UnknownTopic();
        }

        if (present.Version != version)
        {
            return new AlterTopicResult.Conflict(present);
        }

        if ((settings.CheckChange(present.Settings) ?? CheckLevel(settings)) is { } refusal)
        {
            return new AlterTopicResult.Refused(refusal);
        }

        return new AlterTopicResult.Altered(await PutAsync(present with { Settings = settings, Version = version + 1 }));
    }

    /// <summary>Takes a topic out of the catalogue; its records go when <see cref="SettleAsync()"/> is next called.</summary>
    public async ValueTask<bool> DeleteAsync(string name)
    {
        if (_state.Find(name) is not { } topic)
        {
            return false;
        }

        await AppendAsync(new CatalogueEntry { Removed = name, Deleting = topic.Id.Value, Partitions = topic.Settings.Partitions });
        return true;
    }

    /// <summary>Does what is still to be done about topics that were created, altered or deleted.</summary>
    public async ValueTask SettleAsync()
    {
        foreach (var name in _state.Unsettled.ToList())
        {
            await SettleAsync(_state.Find(name)!);
        }

        foreach (var (topic, partitions) in _state.Deleting.ToList())
        {
            await _keepers.DeleteAsync(topic, partitions);
            await AppendAsync(new CatalogueEntry { Deleted = topic.Value });
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private static Refusal? CheckOrigin(TopicSettings settings) => settings.DeadLettersOf is { } origin
        ? Refusal.OfText("dead letters of", origin.ToString(), "nobody, as only the broker makes dead-letter topics")
        : null;

    /// <summary>What an earlier version passes over it would lose with its next write.</summary>
    private Refusal? CheckLevel(TopicSettings settings) => settings.NeededLevel > _levels.Current
        ? Refusal.OfText("growth", "refuse", $"allow, as the cluster writes format level {_levels.Current}: it needs {settings.NeededLevel}, see oq cluster raise-format")
        : null;

    private async ValueTask<CreateTopicResult> CreateAsync(Refusal? refusal, string name, TopicSettings settings)
    {
        if (refusal is not null)
        {
            return new CreateTopicResult.Refused(refusal);
        }

        if (_state.Find(name) is { } present)
        {
            await SettleAsync(present);
            return new CreateTopicResult.Exists(present);
        }

        return new CreateTopicResult.Created(await PutAsync(new TopicDescription(name, _newId(), settings, Version: 1)));
    }

    /// <summary>Writes a topic and tells its keeper. The answer is what is written, in which times are whole milliseconds.</summary>
    private async ValueTask<TopicDescription> PutAsync(TopicDescription topic)
    {
        await AppendAsync(new CatalogueEntry { Put = TopicDocument.Of(topic, _levels.Current) });
        var written = _state.Find(topic.Name)!;
        await SettleAsync(written);
        return written;
    }

    private async ValueTask SettleAsync(TopicDescription topic)
    {
        if (_state.Unsettled.Contains(topic.Name))
        {
            await _keepers.KeepAsync(topic);
            await AppendAsync(new CatalogueEntry { SettledName = topic.Name });
        }
    }

    private async ValueTask AppendAsync(CatalogueEntry entry)
    {
        var outcome = await _journal.AppendAsync(JsonSerializer.SerializeToUtf8Bytes(entry, CatalogueJson.Default.CatalogueEntry));
        if (outcome != StoreOutcome.Done)
        {
            throw new IOException($"The catalogue could not be written: {outcome}.");
        }
    }
}
