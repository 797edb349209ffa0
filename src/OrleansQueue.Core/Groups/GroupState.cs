using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansQueue.Broker;
using OrleansQueue.Journals;

namespace OrleansQueue.Groups;

/// <summary>All that is durable of a group. Entries and snapshots are JSON, see docs/formats/groups.md.</summary>
internal sealed class GroupState : IJournalState
{
    private readonly SortedDictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, GroupTopic> _topics = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _fences = new(StringComparer.Ordinal);

    /// <summary>The settings; null where the group does not exist.</summary>
    public GroupSettings? Settings { get; private set; }

    /// <summary>The epoch of the owner that created the group: no two groups share it, also not of one name.</summary>
    public Epoch Incarnation { get; private set; }

    /// <summary>Whether the group is being deleted, which only ever ends with its deletion.</summary>
    public bool IsDeleting { get; private set; }

    public Generation Generation { get; private set; }

    public bool IsPaused { get; private set; }

    /// <summary>Since when the group has no members; null where it has some.</summary>
    public Timestamp? EmptySince { get; private set; }

    /// <summary>The members by id.</summary>
    public IReadOnlyDictionary<string, Member> Members => _members;

    /// <summary>The topics by name.</summary>
    public IReadOnlyDictionary<string, GroupTopic> Topics => _topics;

    /// <summary>The partitions, by the name of their topic and their number.</summary>
    public IEnumerable<PartitionCursor> Partitions => _topics.Values.SelectMany(topic => topic.Partitions);

    /// <summary>A partition; null where the group does not read it.</summary>
    public PartitionCursor? Find(TopicPartition partition)
    {
        foreach (var topic in _topics.Values)
        {
            if (topic.Id == partition.Topic)
            {
                var number = partition.Partition.Number;
                return number >= 0 && number < topic.Partitions.Count ? topic.Partitions[number] : null;
            }
        }

        return null;
    }

    /// <summary>How many coordinators there have been.</summary>
    public int Coordinators => _fences.Count;

    /// <summary>The highest fence that a coordinator used, or null.</summary>
    public long? FenceOf(string coordinator) => _fences.TryGetValue(coordinator, out var fence) ? fence : null;

    public static byte[] Write(GroupEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, GroupJson.Default.GroupEntry);

    public void Apply(ReadOnlySpan<byte> entry) => Apply(Parse(entry, GroupJson.Default.GroupEntry));

    public void WriteSnapshot(IBufferWriter<byte> to)
    {
        using var writer = new Utf8JsonWriter(to);
        JsonSerializer.Serialize(writer, new GroupSnapshot([.. Entries()]), GroupJson.Default.GroupSnapshot);
    }

    public void ReadSnapshot(ReadOnlySpan<byte> snapshot)
    {
        _members.Clear();
        _topics.Clear();
        _fences.Clear();
        Settings = null;
        EmptySince = null;
        IsPaused = false;
        IsDeleting = false;
        foreach (var entry in Parse(snapshot, GroupJson.Default.GroupSnapshot).Entries)
        {
            Apply(entry);
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException("An entry of a group is null.");

    private IEnumerable<GroupEntry> Entries()
    {
        if (Settings is null)
        {
            yield break;
        }

        yield return new GroupEntry
        {
            Created = GroupSettingsFormat.Write(Settings, Incarnation),
            Generation = Generation.Value,
            Paused = IsPaused,
            EmptySince = EmptySince?.UnixMilliseconds,
            Deleting = IsDeleting,
        };
        foreach (var member in _members.Values)
        {
            yield return new GroupEntry { Joined = member.ToEntry() };
        }

        foreach (var topic in _topics.Values)
        {
            var starts = topic.Partitions.Select(partition => new StartEntry(partition.Position.Offset.Value, partition.Position.Epoch.Value));
            yield return new GroupEntry
            {
                Topic = new TopicEntry(topic.Name, topic.Id.Value, [.. starts]),
                Owners = [.. topic.Partitions.Where(partition => partition.Since != Generation.None).Select(partition => partition.OwnedBy(partition.Owner, partition.Since))],
                Positions = [.. topic.Partitions.Where(partition => partition.Metadata is not null || partition.Gaps != 0).Select(partition => partition.At(partition.Position, partition.Metadata, 0))],
                DeadProducers = [.. topic.Partitions.Select(partition => partition.DeadProducer).OfType<DeadProducerEntry>()],
            };
        }

        foreach (var stopped in Partitions.Where(partition => partition.Stopped is not null))
        {
            yield return new GroupEntry { Stopped = stopped.StoppedBy(stopped.Stopped) };
        }

        foreach (var (coordinator, fence) in _fences)
        {
            yield return new GroupEntry { Fence = new FenceEntry(coordinator, fence) };
        }
    }

    private void Apply(GroupEntry entry)
    {
        if (entry.Created is { } created)
        {
            Settings = GroupSettingsFormat.Read(created);
            Incarnation = new Epoch(created.Incarnation);
        }

        IsDeleting |= entry.Deleting;
        Generation = entry.Generation is { } generation ? new Generation(generation) : Generation;
        IsPaused = entry.Paused ?? IsPaused;
        if (entry.Left is { } left && _members.Remove(left))
        {
            Disown(left);
        }

        if (entry.Joined is { } joined)
        {
            _members[joined.Id] = Member.Of(joined);
            EmptySince = null;
        }

        EmptySince = entry.EmptySince is { } since ? new Timestamp(since) : EmptySince;
        ApplyTopics(entry);
        ApplyPartitions(entry);
        if (entry.Fence is { } fence)
        {
            _fences[fence.Coordinator] = fence.Fence;
        }
    }

    private void ApplyTopics(GroupEntry entry)
    {
        if (entry.TopicRemoved is { } removed)
        {
            _topics.Remove(removed);
        }

        if (entry.Topic is { } added)
        {
            if (!_topics.TryGetValue(added.Name, out var topic))
            {
                _topics.Add(added.Name, topic = new GroupTopic(added.Name, new TopicId(added.Id)));
            }

            foreach (var start in added.Starts)
            {
                topic.Partitions.Add(new PartitionCursor(topic, topic.Partitions.Count, new Offset(start.Offset), new Epoch(start.Epoch)));
            }
        }

        foreach (var producer in entry.DeadProducers ?? [])
        {
            _topics[producer.Topic].Partitions[producer.Partition].DeadProducer = producer;
        }
    }

    private void ApplyPartitions(GroupEntry entry)
    {
        foreach (var owner in entry.Owners ?? [])
        {
            _topics[owner.Topic].Partitions[owner.Partition].Apply(owner);
        }

        foreach (var position in entry.Positions ?? [])
        {
            _topics[position.Topic].Partitions[position.Partition].Apply(position);
        }

        if (entry.Stopped is { } stopped)
        {
            _topics[stopped.Topic].Partitions[stopped.Partition].Apply(stopped);
        }

        foreach (var partition in entry.Resumed ? Partitions : [])
        {
            partition.Resume();
        }
    }

    private void Disown(string member)
    {
        foreach (var partition in Partitions)
        {
            if (partition.Owner == member)
            {
                partition.Disown();
            }
        }
    }
}
