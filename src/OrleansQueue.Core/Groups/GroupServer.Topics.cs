using OrleansQueue.Broker;

namespace OrleansQueue.Groups;

/// <summary>Which topics the group reads, and how many partitions they have.</summary>
internal sealed partial class GroupServer
{
    private const int AskedAtOnce = 64;

    private long _topicsAsked;
    private Task _refreshing = Task.CompletedTask;

    /// <summary>Looks topics up that are to be read, and where to begin in what the group does not read yet. Nothing is changed.</summary>
    /// <returns>What is to be added, or the first name that there is no topic of.</returns>
    private async ValueTask<(IReadOnlyList<TopicEntry> Added, string? Unknown)> FindTopicsAsync(
        IReadOnlyList<string> names, OffsetQuery start, CancellationToken cancellationToken)
    {
        var added = new List<TopicEntry>();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (await _surroundings.FindTopicAsync(name, cancellationToken) is not { } topic)
            {
                return ([], name);
            }

            if (!Exists || _state.Topics.GetValueOrDefault(name)?.Id != topic.Id)
            {
                // A topic that took the place of one that the group reads was made after the group: all of it is news to the group.
                var isMadeAnew = Exists && (_state.Topics.ContainsKey(name) || _state.Members.Values.Any(member => member.Topics.Contains(name, StringComparer.Ordinal)));
                added.Add(new TopicEntry(name, topic.Id.Value, await StartsAsync(topic, isMadeAnew ? new OffsetQuery.Earliest() : start, cancellationToken)));
            }
        }

        return (added, null);
    }

    /// <summary>Asks again, where the last time is long ago, whether topics have grown, were deleted or created again. Who comes meanwhile waits for the same answers.</summary>
    private Task RefreshTopicsAsync(CancellationToken cancellationToken)
    {
        if (_refreshing.IsCompleted && !_state.IsDeleting && _clock.GetElapsedTime(_topicsAsked) >= _options.TopicRefresh)
        {
            _topicsAsked = _clock.GetTimestamp();
            _refreshing = AskForTopicsAsync();
        }

        return _refreshing.WaitAsync(cancellationToken);
    }

    private async Task AskForTopicsAsync()
    {
        var names = _state.Topics.Keys.Concat(_state.Members.Values.SelectMany(member => member.Topics)).Distinct(StringComparer.Ordinal).ToList();
        var changed = false;
        foreach (var name in names)
        {
            var topic = await _surroundings.FindTopicAsync(name, CancellationToken.None);
            var known = _state.Topics.GetValueOrDefault(name);
            if (known is not null && known.Id != topic?.Id && !await TryDropAsync(known))
            {
                continue;
            }

            if (topic is null)
            {
                changed |= known is not null;
                RemoveTopic(known);
            }
            else if (known?.Id != topic.Id)
            {
                changed |= AddTopics([new TopicEntry(name, topic.Id.Value, await StartsAsync(topic, new OffsetQuery.Earliest(), CancellationToken.None))]);
            }
            else if (topic.Settings.Partitions > known.Partitions.Count)
            {
                var starts = Enumerable.Repeat(new StartEntry(0, Epoch.None.Value), topic.Settings.Partitions - known.Partitions.Count);
                Change(new GroupEntry { Topic = new TopicEntry(name, topic.Id.Value, [.. starts]) });
                TellReaders(name);
                changed = true;
            }
        }

        if (changed && Exists)
        {
            Rebalance();
        }
    }

    /// <summary>Adds topics, unless somebody else did meanwhile. One that took the place of another of its name removes that.</summary>
    private bool AddTopics(IReadOnlyList<TopicEntry> topics)
    {
        var changed = false;
        foreach (var topic in topics)
        {
            var known = _state.Topics.GetValueOrDefault(topic.Name);
            if (known?.Id.Value == topic.Id)
            {
                continue;
            }

            // One entry for all partitions, so that a topic is there whole or not at all; 10,000 of them are half of what an entry takes.
            RemoveTopic(known);
            Change(new GroupEntry { Topic = topic });
            TellReaders(topic.Name);
            changed = true;
        }

        return changed;
    }

    private void RemoveTopic(GroupTopic? topic)
    {
        if (topic is not null && _state.Topics.GetValueOrDefault(topic.Name) == topic)
        {
            Change(new GroupEntry { TopicRemoved = topic.Name });
            foreach (var partition in topic.Partitions)
            {
                _target.Remove(partition.TopicPartition);
                _handovers.Remove(partition.TopicPartition);
                _seenEnds.Remove(partition.TopicPartition);
            }

            Announce(topic.Partitions.Select(partition => partition.Owner).OfType<string>().Distinct(StringComparer.Ordinal));
            TellReaders(topic.Name);
        }
    }

    private async ValueTask<IReadOnlyList<StartEntry>> StartsAsync(TopicDescription topic, OffsetQuery start, CancellationToken cancellationToken)
    {
        var starts = new List<StartEntry>();
        foreach (var numbers in Enumerable.Range(0, topic.Settings.Partitions).Chunk(AskedAtOnce))
        {
            var found = await Task.WhenAll(numbers.Select(number => PlaceAsync(new TopicPartition(topic.Id, new Partition(number)), start, cancellationToken)));
            starts.AddRange(found.Select(position => position is { } place ? new StartEntry(place.Offset.Value, place.Epoch.Value) : new StartEntry(0, Epoch.None.Value)));
        }

        return starts;
    }

    /// <summary>A place in a partition; null where there is no such partition.</summary>
    /// <exception cref="BrokerUnavailableException">The partition could not say.</exception>
    private async Task<Position?> PlaceAsync(TopicPartition partition, OffsetQuery query, CancellationToken cancellationToken) =>
        await _surroundings.ListOffsetsAsync(partition.Topic, partition.Partition, query, cancellationToken) switch
        {
            ListOffsetsResult.Found found => found.Position,
            ListOffsetsResult.UnknownPartition => null,
            ListOffsetsResult.Damaged damaged => throw new BrokerUnavailableException($"Partition {partition.Partition} is damaged, so group {_name} cannot know its place in it: {damaged.Reason}"),
            var other => throw new BrokerUnavailableException($"Partition {partition.Partition} has another owner now ({other}); asking again reaches it."),
        };
}
