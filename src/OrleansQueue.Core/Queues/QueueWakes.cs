using OrleansQueue.Broker;

namespace OrleansQueue.Queues;

/// <summary>
/// The members of a queue group that wait for messages, first come first served. While one waits, each partition that it reads is
/// watched, and news of messages wakes as many as there are messages. Who is woken waits no more, and must come again to.
/// <para>
/// It belongs to one scheduler. Where nobody waits it holds nothing for a partition: a watch ends with the first answer that finds nobody
/// waiting, at the latest after <see cref="FetchRequest.LongestWait"/>. It is not cut off earlier, since a busy member waits again
/// within moments, and a group may have thousands of partitions to begin anew for it each time.
/// </para>
/// </summary>
/// <param name="watch">Waits for news of a partition; is given the stamp of the news that woke somebody last, -1 at first.</param>
/// <param name="partitionsOf">The partitions of a topic that may be watched; none where the group is paused or reads no such topic.</param>
/// <param name="clock">The time.</param>
/// <param name="ending">Ends all waits and watches for good; it may be cancelled on any thread.</param>
internal sealed class QueueWakes(
    Func<TopicPartition, long, CancellationToken, ValueTask<QueueNews>> watch,
    Func<string, IReadOnlyList<TopicPartition>> partitionsOf,
    TimeProvider clock,
    CancellationToken ending)
{
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly Dictionary<string, TopicWatch> _watches = new(StringComparer.Ordinal);

    /// <summary>How many topics are watched; for each, something is held for all of its partitions.</summary>
    public int Watched => _watches.Count;

    /// <summary>Waits until a partition has messages for the member. A later wait of the same member ends this one: its caller has given it up.</summary>
    /// <param name="who">The member.</param>
    /// <param name="topics">The names of the topics that it reads.</param>
    /// <param name="longest">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Where there are messages; none where none came in time, or the wait was ended.</returns>
    public async Task<IReadOnlyList<ReadyPartition>> WaitAsync(
        GroupMember who, IReadOnlyList<string> topics, TimeSpan longest, CancellationToken cancellationToken)
    {
        Dismiss(other => other.Id == who.Id);
        var waiter = new Waiter(who, topics);
        var place = _waiting.AddLast(waiter);
        Watch(topics);
        using var waited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ending);
        await Waits.EndOfAsync(waiter.Woken.Task, longest, clock, waited.Token);
        if (place.List is not null)
        {
            _waiting.Remove(place);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return waiter.Woken.Task.IsCompletedSuccessfully ? await waiter.Woken.Task : [];
    }

    /// <summary>Ends the waits of some members, with nothing.</summary>
    public void Dismiss(Predicate<GroupMember> whom)
    {
        foreach (var waiter in _waiting.Where(waiter => whom(waiter.Who)).ToList())
        {
            _waiting.Remove(waiter);
            waiter.Woken.SetResult([]);
        }
    }

    /// <summary>Looks anew at what is to be watched: topics were added, removed or have grown, or the group was paused or goes on.</summary>
    public void Revise()
    {
        var before = _watches.Values.ToList();
        _watches.Clear();
        before.ForEach(static watched => watched.Stop());
        foreach (var waiter in _waiting.ToList())
        {
            Watch(waiter.Topics);
        }
    }

    private void Watch(IReadOnlyList<string> topics)
    {
        foreach (var topic in topics)
        {
            if (_watches.TryGetValue(topic, out var watched))
            {
                watched.Resume();
            }
            else if (partitionsOf(topic) is { Count: > 0 } partitions)
            {
                _watches.Add(topic, watched = new TopicWatch(partitions, watch, (partition, messages) => Wake(topic, partition, messages), clock, ending));
                watched.Ended = () => _watches.Remove(topic);
                watched.Resume();
            }
        }
    }

    /// <summary>
    /// Wakes who has waited longest of those that read the topic, at most one for each message. They share the messages evenly; where that
    /// does not come out, those who waited longest get one more. So of 7 messages three members are told of 3, 2 and 2.
    /// </summary>
    /// <returns>Whether anybody who waits reads the topic.</returns>
    private bool Wake(string topic, TopicPartition partition, int messages)
    {
        var readers = _waiting.Where(waiter => waiter.Topics.Contains(topic, StringComparer.Ordinal));
        if (messages < 1)
        {
            return readers.Any();
        }

        var woken = readers.Take(messages).ToList();
        for (var i = 0; i < woken.Count; i++)
        {
            var share = (messages / woken.Count) + (i < messages % woken.Count ? 1 : 0);
            _waiting.Remove(woken[i]);
            woken[i].Woken.SetResult([new ReadyPartition(partition, share)]);
        }

        return woken.Count != 0;
    }

    private sealed class Waiter(GroupMember who, IReadOnlyList<string> topics)
    {
        public GroupMember Who => who;

        public IReadOnlyList<string> Topics => topics;

        public TaskCompletionSource<IReadOnlyList<ReadyPartition>> Woken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
