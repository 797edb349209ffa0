using System.Runtime.CompilerServices;
using OrleansQueue.Broker;

namespace OrleansQueue.Client;

/// <summary>
/// What operators do with consumer groups. Each call waits through an outage up to <see cref="ClientOptions.ConnectTimeout"/>
/// and throws <see cref="BrokerUnavailableException"/> after that.
/// </summary>
public sealed class GroupAdmin
{
    private const int PageSize = 1000;

    private readonly ClientContext _client;

    internal GroupAdmin(ClientContext client) => _client = client;

    /// <summary>Creates a group and fixes where it begins in each partition that its topics have now. One that is there is left as it is.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="topics">The names of the topics that it reads; members may bring others.</param>
    /// <param name="settings">Default: a stream group that begins at the earliest message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownTopicException">There is no such topic.</exception>
    /// <exception cref="GroupKindException">A group of that name is there and of another kind.</exception>
    /// <exception cref="GroupRefusedException">The name or a setting is bad.</exception>
    public async Task<CreatedGroup> CreateAsync(
        string group, IReadOnlyList<string> topics, GroupSettings? settings = null, CancellationToken cancellationToken = default)
    {
        settings ??= new GroupSettings();
        return await AskAsync($"Creating group {group}", token => _client.Broker.CreateGroupAsync(group, settings, topics, token), cancellationToken) switch
        {
            CreateGroupResult.Created created => new(created.Group, true),
            CreateGroupResult.Exists exists when exists.Group.Settings.Kind != settings.Kind => throw new GroupKindException(group, exists.Group.Settings.Kind),
            CreateGroupResult.Exists exists => new(exists.Group, false),
            CreateGroupResult.UnknownTopic unknown => throw new UnknownTopicException(unknown.Topic),
            CreateGroupResult.Refused refused => throw new GroupRefusedException(refused.Reason),
            var other => throw new BrokerUnavailableException($"An answer that is not understood: {other}"),
        };
    }

    /// <summary>Tells how a group stands and how far it is behind, of a queue group also what is leased, delayed and dead; null where there is none. Partitions are asked 64 at a time.</summary>
    public async Task<GroupStatus?> DescribeAsync(string group, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(group, cancellationToken) is not { } found)
        {
            return null;
        }

        var partitions = await _client.Background.RunAsync(() => GroupLag.FindAsync(_client, found, cancellationToken));
        return new GroupStatus(found, partitions);
    }

    /// <summary>Lists all groups in the order of their names (by their UTF-16 codes).</summary>
    public async IAsyncEnumerable<GroupSummary> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? after = null;
        do
        {
            var from = after;
            var page = await AskAsync("Listing groups", token => _client.Broker.ListGroupsAsync(from, PageSize, token), cancellationToken);
            foreach (var group in page.Groups)
            {
                yield return group;
            }

            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Stops a group: its members keep their partitions, finish what they have in hand and get nothing more. False where there is no such group.</summary>
    public Task<bool> PauseAsync(string group, CancellationToken cancellationToken = default) =>
        AskAsync($"Pausing group {group}", token => _client.Broker.PauseGroupAsync(group, token), cancellationToken);

    /// <summary>Lets a group go on, with each partition that stopped at a message that failed. False where there is no such group.</summary>
    public Task<bool> ResumeAsync(string group, CancellationToken cancellationToken = default) =>
        AskAsync($"Resuming group {group}", token => _client.Broker.ResumeGroupAsync(group, token), cancellationToken);

    /// <summary>Deletes a group with its positions; its members end. False where there is none.</summary>
    public Task<bool> DeleteAsync(string group, CancellationToken cancellationToken = default) =>
        AskAsync($"Deleting group {group}", token => _client.Broker.DeleteGroupAsync(group, token), cancellationToken);

    /// <summary>Says what a reset would do, and does nothing. Null where there is no such group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="topic">The name of one of its topics.</param>
    /// <param name="to">Where to: the earliest message, the end, a time, or an offset, which then holds for each partition of the topic.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UnknownTopicException">The group does not read the topic, or it is gone.</exception>
    /// <exception cref="PartitionDamagedException">The place cannot be found, since what had to be read is damaged.</exception>
    public async Task<ResetPlan?> PlanResetAsync(string group, string topic, StartAt to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        if (await FindAsync(group, cancellationToken) is not { } found)
        {
            return null;
        }

        var committed = found.Partitions.Where(partition => partition.TopicName == topic).Select(partition => partition.Committed).ToList();
        if (committed.Count == 0)
        {
            throw new UnknownTopicException(topic);
        }

        return await _client.Background.RunAsync(async () =>
        {
            var description = await Topics.FindAsync(_client, topic, cancellationToken);
            var places = await StartPositions.FindAsync(_client, description, to, [.. committed.Select(position => position.Partition)], cancellationToken);
            var finished = found.Settings.Kind == GroupKind.Queue ? await Task.WhenAll(committed.Select(position => FindFinishedAsync(group, position, cancellationToken))) : [.. committed];
            return new ResetPlan(group, topic, [.. finished.Zip(places, (from, place) => new PartitionMove(from, place))]);
        });
    }

    /// <summary>Does what a plan says. Members read on at the new positions, and commits of before are refused.</summary>
    /// <returns>The generation that began.</returns>
    /// <exception cref="GroupDeletedException">There is no such group any more.</exception>
    /// <exception cref="GroupRefusedException">A position is beyond the end of its partition, or not one of the group's; nothing was moved.</exception>
    public async Task<Generation> ResetAsync(ResetPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var positions = plan.Moves.Select(move => move.To).ToList();
        return await AskAsync($"Resetting group {plan.Group}", token => _client.Broker.SeekGroupAsync(plan.Group, positions, token), cancellationToken) switch
        {
            SeekResult.Done done => done.Generation,
            SeekResult.UnknownGroup => throw new GroupDeletedException(plan.Group),
            SeekResult.Refused refused => throw new GroupRefusedException(refused.Reason),
            var other => throw new BrokerUnavailableException($"An answer that is not understood: {other}"),
        };
    }

    /// <summary>Of a queue group, the place below which everything is settled.</summary>
    private async Task<Position> FindFinishedAsync(string group, Position committed, CancellationToken cancellationToken) => committed with
    {
        Offset = (await _client.InsistAsync($"Describing group {group}", token => _client.Broker.DescribeQueueAsync(group, committed.TopicPartition, token), cancellationToken))?.Finished ?? committed.Offset,
    };

    private Task<GroupDescription?> FindAsync(string group, CancellationToken cancellationToken) =>
        AskAsync($"Finding group {group}", token => _client.Broker.FindGroupAsync(group, token), cancellationToken);

    private Task<T> AskAsync<T>(string what, Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellationToken) =>
        _client.Background.RunAsync(() => _client.InsistAsync(what, call, cancellationToken));
}
