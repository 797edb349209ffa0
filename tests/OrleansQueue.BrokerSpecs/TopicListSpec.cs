namespace OrleansQueue.BrokerSpecs;

/// <summary>Topics are listed in the order of their names, page by page, wherever each of them is kept.</summary>
public abstract class TopicListSpec : BrokerSpec
{
    // Enough for several topics in every shard of a catalogue of 16.
    private const int Topics = 50;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(1_000)]
    public async Task Pages_of_any_size_hold_each_topic_once_in_order(int limit)
    {
        var (prefix, names) = await CreateSomeAsync();

        Assert.Equal(names, await ListAsync(prefix, limit));
    }

    [Fact]
    public async Task Page_says_what_to_ask_for_next_and_the_last_one_says_nothing()
    {
        var (prefix, names) = await CreateSomeAsync();

        var first = await Broker.ListTopicsAsync(prefix, 2, default);
        Assert.Equal(names[..2], first.Topics.Select(topic => topic.Name));
        Assert.Equal(names[1], first.Next);

        // Behind a name that no other test's topics lie behind, the list ends.
        var end = new string('z', 200) + prefix;
        await CreateTopicAsync(name: end + "1");
        await CreateTopicAsync(name: end + "2");
        var last = await Broker.ListTopicsAsync(end, 2, default);
        Assert.Equal([end + "1", end + "2"], last.Topics.Select(topic => topic.Name));
        Assert.Null(last.Next);
        Assert.Empty((await Broker.ListTopicsAsync(end + "2", 2, default)).Topics);
        await DeleteAsync(end + "1");
        await DeleteAsync(end + "2");
    }

    [Fact]
    public async Task Listed_topics_are_whole()
    {
        var topic = await CreateTopicAsync(new() { Partitions = 2, RetentionBytes = 1_000_000 });

        Assert.Contains(topic, (await Broker.ListTopicsAsync(topic.Name[..^1], 1_000, default)).Topics);
    }

    [Fact]
    public async Task Order_is_that_of_the_letters_numbers_and_not_of_a_language()
    {
        var prefix = NewName("order") + "-";
        string[] names = [prefix + "-", prefix + ".", prefix + "A", prefix + "Z", prefix + "_", prefix + "a", prefix + "aa", prefix + "b"];
        foreach (var name in names.Reverse())
        {
            await CreateTopicAsync(name: name);
        }

        Assert.Equal(names, await ListAsync(prefix, 3));
    }

    [Fact]
    public async Task Deleted_topic_is_listed_no_more()
    {
        var (prefix, names) = await CreateSomeAsync();
        await DeleteAsync(names[3]);

        Assert.Equal(names.Except([names[3]]), await ListAsync(prefix, 10));
    }

    private async Task<(string Prefix, string[] Names)> CreateSomeAsync()
    {
        var prefix = NewName("list") + "-";
        var names = Enumerable.Range(0, Topics).Select(i => FormattableString.Invariant($"{prefix}{i:D3}")).ToArray();
        await Task.WhenAll(names.Select(name => CreateTopicAsync(name: name)));
        return (prefix, names);
    }

    /// <summary>All names with a prefix, page by page.</summary>
    private async Task<List<string>> ListAsync(string prefix, int limit)
    {
        var names = new List<string>();
        for (string? after = prefix; after is not null && after.StartsWith(prefix, StringComparison.Ordinal);)
        {
            var page = await Broker.ListTopicsAsync(after, limit, default).AsTask().WaitAsync(Patience);
            Assert.InRange(page.Topics.Count, 0, limit);
            names.AddRange(page.Topics.Select(topic => topic.Name));
            after = page.Next;
        }

        return [.. names.TakeWhile(name => name.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
