using OrleansQueue.Broker;
using OrleansQueue.Topics;

namespace OrleansQueue.BrokerSpecs;

/// <summary>What the specs of consumer groups share. Each test has a group and a topic of its own.</summary>
public abstract class GroupSpec : BrokerSpec
{
    private protected string Group { get; } = NewName("group");

    private protected async Task<TopicDescription> CreateTopicAsync(int partitions) => await CreateTopicAsync(new TopicSettings { Partitions = partitions });

    private protected async Task<CreateGroupResult> CreateGroupAsync(GroupSettings? settings, params string[] topics) =>
        await Broker.CreateGroupAsync(Group, settings ?? new GroupSettings(), topics, default).AsTask().WaitAsync(Patience);

    private protected async Task<GroupDescription> FindGroupAsync() =>
        Assert.IsType<GroupDescription>(await Broker.FindGroupAsync(Group, default).AsTask().WaitAsync(Patience));

    private protected async Task<JoinResult> TryJoinAsync(JoinRequest request) => await Broker.JoinGroupAsync(request, default).AsTask().WaitAsync(Patience);

    private protected async Task<Membership> JoinAsync(string id, params string[] topics) =>
        new(Broker, Group, Assert.IsType<JoinResult.Joined>(await TryJoinAsync(new JoinRequest(Group, id, topics))).Member);

    /// <summary>A member that has been told what it reads.</summary>
    private protected async Task<Membership> JoinAloneAsync(string id, params string[] topics)
    {
        var member = await JoinAsync(id, topics);
        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        return member;
    }

    /// <summary>Appends so many records to each partition.</summary>
    private protected async Task FillAsync(TopicDescription topic, int records)
    {
        for (var number = 0; number < topic.Settings.Partitions; number++)
        {
            await AppendAsync(new Place(topic.Id, new Partition(number)), [.. Enumerable.Range(0, records).Select(i => $"{i}")]);
        }
    }

    /// <summary>Where the group is in a partition.</summary>
    private protected async Task<long> CommittedAsync(TopicDescription topic, int number = 0) => Assert.Single(await ReadAsync(topic, number)).Position.Offset.Value;

    private protected async Task<IReadOnlyList<CommittedPosition>> ReadAsync(TopicDescription topic, params int[] numbers) => Assert.IsAssignableFrom<IReadOnlyList<CommittedPosition>>(
        await Broker.ReadPositionsAsync(Group, [.. numbers.Select(number => new TopicPartition(topic.Id, new Partition(number)))], default).AsTask().WaitAsync(Patience));

    private protected static Position At(TopicDescription topic, int number, long offset) => new(topic.Id, new Partition(number), new Offset(offset), Epoch.None);
}
