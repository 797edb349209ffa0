using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Groups;
using OrleansQueue.Journals;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Groups;

/// <summary>A group whose silo dies goes on elsewhere with its members and with all that was committed.</summary>
public sealed class GroupFailOverTests
{
    private const int Groups = 8;

    [Fact]
    public async Task Groups_of_a_silo_that_was_killed_go_on_with_their_members_and_positions()
    {
        await using var silos = await TestSilos.StartAsync(3, new SharedMemory());
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 2 });
        for (var i = 0; i < 5; i++)
        {
            await silos.Broker.AppendAsync(topic, 0, $"{i}");
        }

        var members = new List<Membership>();
        for (var i = 0; i < Groups; i++)
        {
            members.Add(await JoinAsync(silos.Broker, $"group-{i}", topic));
            await members[i].CommitAsync(0, 2 + (i % 3));
        }

        var hosts = await HostsAsync(silos);
        var killed = silos.Cluster.SecondarySilos.First(silo => hosts.Contains(silo.SiloAddress));
        await silos.Cluster.KillSiloAsync(killed);

        for (var i = 0; i < Groups; i++)
        {
            var (member, offset) = (members[i], 2 + (i % 3));
            var before = member.Has.Select(partition => partition.Start.TopicPartition);
            var beat = await silos.AgainAsync(() => member.BeatAsync());
            Assert.True(beat is HeartbeatResult.Assigned or HeartbeatResult.Unchanged, $"The member was told {beat}.");
            Assert.Equal(before, member.Has.Select(partition => partition.Start.TopicPartition));

            var read = await silos.AgainAsync(async () => await silos.Broker.ReadPositionsAsync($"group-{i}", [new TopicPartition(topic.Id, new Partition(0))], default));
            Assert.Equal(offset, Assert.Single(read!).Position.Offset.Value);
            var committed = await silos.AgainAsync(() => member.CommitAsync(new Commit(member.At(0, 5), member[0].Since)));
            Assert.Empty(Assert.IsType<CommitResult.Committed>(committed).Refusals);
        }

        Assert.DoesNotContain(killed.SiloAddress, await HostsAsync(silos));
        var listed = await silos.AgainAsync(async () => await silos.Broker.ListGroupsAsync(null, 100, default));
        Assert.Equal(Enumerable.Range(0, Groups).Select(i => $"group-{i}"), listed.Groups.Select(group => group.Name));
    }

    [Fact]
    public async Task Groups_are_there_after_all_silos_were_restarted()
    {
        var memory = new SharedMemory();
        TopicDescription topic;
        Membership before;
        await using (var silos = await TestSilos.StartAsync(2, memory))
        {
            topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 2 });
            await silos.Broker.AppendAsync(topic, 0, "0");
            before = await JoinAsync(silos.Broker, "billing", topic);
            await before.CommitAsync(0, 1);
        }

        await using var restarted = await TestSilos.StartAsync(2, memory);
        var after = new Membership(restarted.Broker, "billing", before.Who);

        Assert.IsType<HeartbeatResult.Assigned>(await after.BeatAsync());
        Assert.Equal([new Offset(1), Offset.Zero], after.Has.Select(partition => partition.Start.Offset));
        await after.CommitAsync(0, 1);
    }

    [Fact]
    public async Task Owner_whose_journal_another_one_opened_leaves_and_the_next_call_finds_the_group()
    {
        var memory = new SharedMemory();
        await using var silos = await TestSilos.StartAsync(2, memory);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 2 });
        var member = await JoinAsync(silos.Broker, "billing", topic);
        var grain = silos.Cluster.GrainFactory.GetGrain<IConsumerGroupGrain>("billing");
        var left = silos.Cluster.WaitForDeactivationAsync(grain);

        // As another silo's grain would, for a while, when Orleans runs two of them.
        await using var other = await Journal.OpenAsync(memory.Logs, GroupServer.LogOf("billing"), new GroupState(), new JournalOptions(), default);
        await Assert.ThrowsAsync<BrokerUnavailableException>(() => silos.Broker.PauseGroupAsync("billing", default).AsTask());
        await left.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.IsType<HeartbeatResult.Assigned>(await member.BeatAsync());
        Assert.False((await silos.Broker.FindGroupAsync("billing", default))!.IsPaused);
    }

    private static async Task<Membership> JoinAsync(IBroker broker, string group, TopicDescription topic)
    {
        var joined = Assert.IsType<JoinResult.Joined>(await broker.JoinGroupAsync(new JoinRequest(group, "a", [topic.Name]), default));
        var member = new Membership(broker, group, joined.Member);
        await member.UntilAsync(topic.Settings.Partitions);
        return member;
    }

    private static async Task<List<SiloAddress?>> HostsAsync(TestSilos silos)
    {
        var management = silos.Cluster.GrainFactory.GetGrain<IManagementGrain>(0);
        return [.. await Task.WhenAll(Enumerable.Range(0, Groups).Select(i => management
            .GetActivationAddress(silos.Cluster.GrainFactory.GetGrain<IConsumerGroupGrain>($"group-{i}")).AsTask()))];
    }
}
