using OrleansQueue.Broker;

namespace OrleansQueue.BrokerSpecs;

/// <summary>Groups are listed in the order of their names, page by page, wherever each of them is kept.</summary>
public abstract class GroupListSpec : GroupSpec
{
    private const int Groups = 20;

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(int.MaxValue)]
    public async Task Pages_of_any_size_hold_each_group_once_in_order(int limit)
    {
        var names = await CreateSomeAsync();

        var found = new List<GroupSummary>();
        for (string? after = Group; after is not null && !(found.Count > 0 && !found[^1].Name.StartsWith(Group, StringComparison.Ordinal));)
        {
            var page = await Broker.ListGroupsAsync(after, limit, default).AsTask().WaitAsync(Patience);
            Assert.InRange(page.Groups.Count, 0, Math.Clamp(limit, 1, 1_000));
            found.AddRange(page.Groups);
            after = page.Next;
        }

        Assert.Equal(names.Select(name => new GroupSummary(name, GroupKind.Stream)), found.Where(group => group.Name.StartsWith(Group, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Page_says_what_to_ask_for_next_and_the_last_one_says_nothing()
    {
        var topic = await CreateTopicAsync(1);

        // Behind a name that no other test's groups lie behind, the list ends.
        var end = new string('\uFFFD', 100) + Group;
        string[] names = [end + "1", end + "2", end + "3"];
        foreach (var name in names)
        {
            await Broker.CreateGroupAsync(name, new GroupSettings(), [topic.Name], default);
        }

        var first = await Broker.ListGroupsAsync(end, 2, default);
        Assert.Equal(names[..2], first.Groups.Select(group => group.Name));
        Assert.Equal(names[1], first.Next);
        var last = await Broker.ListGroupsAsync(first.Next, 2, default);
        Assert.Equal(names[2..], last.Groups.Select(group => group.Name));
        Assert.Null(last.Next);
        foreach (var name in names)
        {
            Assert.True(await Broker.DeleteGroupAsync(name, default));
        }

        Assert.Empty((await Broker.ListGroupsAsync(end, 2, default)).Groups);
    }

    [Fact]
    public async Task Group_that_a_member_brought_into_being_is_listed()
    {
        var topic = await CreateTopicAsync(1);
        await JoinAsync("a", topic.Name);

        Assert.Contains(new GroupSummary(Group, GroupKind.Stream), (await Broker.ListGroupsAsync(Group[..^1], 1_000, default)).Groups);
    }

    private async Task<List<string>> CreateSomeAsync()
    {
        var topic = await CreateTopicAsync(1);
        var names = Enumerable.Range(0, Groups).Select(i => $"{Group}-{i:D2}").ToList();
        await Task.WhenAll(names.Select(name => Broker.CreateGroupAsync(name, new GroupSettings(), [topic.Name], default).AsTask()));
        return names;
    }
}
