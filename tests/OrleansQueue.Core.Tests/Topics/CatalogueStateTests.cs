using System.Buffers;
using System.Text;
using OrleansQueue.Topics;

namespace OrleansQueue.Core.Tests.Topics;

/// <summary>What the entries of a catalogue's journal mean, and that a snapshot means the same.</summary>
public sealed class CatalogueStateTests
{
    private const string Put = "entry-put.json";

    [Fact]
    public void Put_topic_is_there_and_not_settled()
    {
        var state = After(Put);

        Assert.Equal(TopicExamples.Full, state.Find("orders.v2"));
        Assert.Equal(["orders.v2"], state.Unsettled);
        Assert.Empty(state.Deleting);
    }

    [Fact]
    public void Settled_topic_has_nothing_left_to_do()
    {
        var state = After(Put, "entry-settled.json");

        Assert.Equal(TopicExamples.Full, state.Find("orders.v2"));
        Assert.Empty(state.Unsettled);
    }

    [Fact]
    public void Topic_that_is_put_again_is_not_settled_again()
    {
        var state = After(Put, "entry-settled.json", Put);

        Assert.Equal(["orders.v2"], state.Unsettled);
    }

    [Fact]
    public void Removed_topic_is_gone_and_its_records_are_still_to_be_deleted()
    {
        var state = After(Put, "entry-removed.json");

        Assert.Null(state.Find("orders.v2"));
        Assert.Empty(state.Unsettled);
        Assert.Equal([new(TopicExamples.Id, 12)], state.Deleting);
    }

    [Fact]
    public void Topic_whose_records_are_deleted_leaves_nothing()
    {
        var state = After(Put, "entry-removed.json", "entry-deleted.json");

        Assert.Null(state.Find("orders.v2"));
        Assert.Empty(state.Deleting);
    }

    [Fact]
    public void Snapshot_that_is_checked_in_is_read_and_written_the_same_today()
    {
        var golden = TopicExamples.Golden("snapshot.json");
        var state = new CatalogueState(TopicExamples.LevelOne);
        state.ReadSnapshot(Encoding.UTF8.GetBytes(golden));

        Assert.Equal([TopicExamples.Full, TopicExamples.Plain], state.From(null));
        Assert.Equal(["orders.v2"], state.Unsettled);
        Assert.Equal([new(TopicExamples.Endless.Id, 4)], state.Deleting);
        Assert.Equal(golden, Snapshot(state));
    }

    [Fact]
    public void Snapshot_of_any_state_brings_it_back_and_takes_the_place_of_another()
    {
        string[] entries = [Put, "entry-settled.json", "entry-removed.json", "entry-deleted.json"];
        for (var count = 0; count <= entries.Length; count++)
        {
            var state = After(entries[..count]);
            var copy = After(Put);
            copy.ReadSnapshot(Encoding.UTF8.GetBytes(Snapshot(state)));

            Assert.Equal(state.From(null), copy.From(null));
            Assert.Equal(state.Unsettled, copy.Unsettled);
            Assert.Equal(state.Deleting, copy.Deleting);
        }
    }

    [Fact]
    public void Topics_are_in_the_order_of_their_letters_numbers()
    {
        string[] names = ["-", "A", "Z", "_", "a", "a-", "a.b", "ab", "b"];
        var state = new CatalogueState(TopicExamples.LevelOne);
        foreach (var name in names.Reverse())
        {
            state.Apply(Encoding.UTF8.GetBytes(TopicExamples.Golden(Put).Replace("orders.v2", name, StringComparison.Ordinal)));
        }

        Assert.Equal(names, state.From(null).Select(topic => topic.Name));
        Assert.Equal(["a-", "a.b", "ab", "b"], state.From("a").Select(topic => topic.Name));
        Assert.Equal(["a.b", "ab", "b"], state.From("a.").Select(topic => topic.Name));
        Assert.Empty(state.From("b"));
    }

    private static CatalogueState After(params string[] files)
    {
        var state = new CatalogueState(TopicExamples.LevelOne);
        foreach (var file in files)
        {
            state.Apply(Encoding.UTF8.GetBytes(TopicExamples.Golden(file)));
        }

        return state;
    }

    private static string Snapshot(CatalogueState state)
    {
        var to = new ArrayBufferWriter<byte>();
        state.WriteSnapshot(to);
        return Encoding.UTF8.GetString(to.WrittenSpan);
    }
}
