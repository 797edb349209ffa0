using System.Buffers;
using System.Text.Json;
using OrleansQueue.Broker;
using OrleansQueue.Journals;
using OrleansQueue.Storage;

namespace OrleansQueue.Topics;

/// <summary>
/// The topics of one shard of the catalogue, by name, and what is still to be done about some of them. Entries and snapshots
/// are JSON, see docs/formats/topics.md.
/// </summary>
/// <param name="levels">The levels of documents that it reads and writes.</param>
internal sealed class CatalogueState(FormatLevels levels) : IJournalState
{
    private readonly SortedDictionary<string, TopicDescription> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<TopicId, int> _deleting = [];
    private readonly HashSet<string> _unsettled = new(StringComparer.Ordinal);

    /// <summary>Topics whose settings their own keeper may not have yet.</summary>
    public IReadOnlyCollection<string> Unsettled => _unsettled;

    /// <summary>Topics that were deleted and whose records may still be there, with the number of their partitions.</summary>
    public IReadOnlyDictionary<TopicId, int> Deleting => _deleting;

    public TopicDescription? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>Topics behind a name, in the order of their names.</summary>
    public IEnumerable<TopicDescription> From(string? after) =>
        after is null ? _topics.Values : _topics.Values.SkipWhile(topic => string.CompareOrdinal(topic.Name, after) <= 0);

    public void Apply(ReadOnlySpan<byte> entry) => Apply(Parse(entry, CatalogueJson.Default.CatalogueEntry));

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        using var writer = new Utf8JsonWriter(to);
        var entries = _topics.Values.Select(topic => new CatalogueEntry { Put = TopicDocument.Of(topic, levels.Current), Settled = !_unsettled.Contains(topic.Name) })
            .Concat(_deleting.Select(topic => new CatalogueEntry { Deleting = topic.Key.Value, Partitions = topic.Value }));
        JsonSerializer.Serialize(writer, new CatalogueSnapshot { Entries = [.. entries] }, CatalogueJson.Default.CatalogueSnapshot);
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        _topics.Clear();
        _deleting.Clear();
        _unsettled.Clear();
        foreach (var entry in Parse(snapshot, CatalogueJson.Default.CatalogueSnapshot).Entries)
        {
            Apply(entry);
        }
    }

    private void Apply(CatalogueEntry entry)
    {
        if (entry.Put is { } document)
        {
            var topic = document.ToDescription(levels);
            _topics[topic.Name] = topic;
            SetSettled(topic.Name, entry.Settled);
        }

        if (entry.SettledName is { } name)
        {
            SetSettled(name, true);
        }

        if (entry.Removed is { } removed && _topics.Remove(removed))
        {
            _unsettled.Remove(removed);
        }

        if (entry.Deleting is { } deleting)
        {
            _deleting[new TopicId(deleting)] = entry.Partitions;
        }

        if (entry.Deleted is { } deleted)
        {
            _deleting.Remove(new TopicId(deleted));
        }
    }

    private void SetSettled(string name, bool settled)
    {
        if (settled)
        {
            _unsettled.Remove(name);
        }
        else
        {
            _unsettled.Add(name);
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException("An entry of the catalogue is null.");
}
