using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrleansQueue.Grains.Documents;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Documents;

/// <summary>The state of grains lies beside the logs and is there after a restart: that of applications, of Orleans' streams and of topics.</summary>
public sealed class DocumentGrainStorageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task State_of_an_applications_grain_is_there_after_a_restart()
    {
        await using (var before = await StartAsync())
        {
            await before.Cluster.GrainFactory.GetGrain<INoteGrain>("a").WriteAsync("one");
            await before.Cluster.GrainFactory.GetGrain<INoteGrain>("a").WriteAsync("two");
            await before.Cluster.GrainFactory.GetGrain<INoteGrain>("b/../c").WriteAsync("three");
            await before.Cluster.GrainFactory.GetGrain<INoteGrain>("gone").WriteAsync("four");
            await before.Cluster.GrainFactory.GetGrain<INoteGrain>("gone").ClearAsync();
        }

        await using var silo = await StartAsync();

        Assert.Equal("two", await silo.Cluster.GrainFactory.GetGrain<INoteGrain>("a").ReadAsync());
        Assert.Equal("three", await silo.Cluster.GrainFactory.GetGrain<INoteGrain>("b/../c").ReadAsync());
        Assert.Null(await silo.Cluster.GrainFactory.GetGrain<INoteGrain>("gone").ReadAsync());
        Assert.Null(await silo.Cluster.GrainFactory.GetGrain<INoteGrain>("never").ReadAsync());
        await silo.Cluster.GrainFactory.GetGrain<INoteGrain>("a").WriteAsync("five");
    }

    [Fact]
    public async Task Subscription_to_a_stream_is_there_after_a_restart()
    {
        Guid handle;
        await using (var before = await StartAsync())
        {
            handle = await before.Cluster.GrainFactory.GetGrain<IListenerGrain>("a").SubscribeAsync();
        }

        await using var silo = await StartAsync();
        var listener = silo.Cluster.GrainFactory.GetGrain<IListenerGrain>("a");

        Assert.Equal([handle], await listener.ResumeAsync());
        await listener.PublishAsync("hello");
        Assert.Equal("hello", await listener.HeardAsync().WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Write_over_a_version_that_another_wrote_is_refused()
    {
        await using var silo = await StartAsync();
        var storage = silo.Cluster.GetSiloServiceProvider().GetRequiredKeyedService<IGrainStorage>("Default");
        var grain = GrainId.Create("note", "a");
        var mine = new GrainState<Note>(new Note { Text = "mine" });
        var theirs = new GrainState<Note>(new Note { Text = "theirs" });
        await storage.WriteStateAsync("note", grain, theirs);

        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("note", grain, mine));
        Assert.Equal(theirs.ETag, conflict.StoredEtag);
        Assert.Null(conflict.CurrentEtag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("note", grain, mine));

        await storage.ReadStateAsync("note", grain, mine);
        Assert.Equal((theirs.ETag, true, "theirs"), (mine.ETag, mine.RecordExists, mine.State.Text));
        await storage.WriteStateAsync("note", grain, mine);
        Assert.NotEqual(theirs.ETag, mine.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("note", grain, theirs));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.ClearStateAsync("note", grain, theirs));

        await storage.ClearStateAsync("note", grain, mine);
        Assert.Equal((null, false, null), (mine.ETag, mine.RecordExists, mine.State.Text));
        await storage.ReadStateAsync("note", grain, theirs);
        Assert.Equal((null, false, null), (theirs.ETag, theirs.RecordExists, theirs.State.Text));
    }

    [Fact]
    public async Task Document_of_a_topic_names_its_format_and_no_type()
    {
        await using var silo = await StartAsync();
        var topic = await silo.Broker.CreateAsync("orders", new TopicSettings());

        var text = Assert.Single(
            Directory.GetFiles(Path.Combine(_folder.Path, "documents"), "*", SearchOption.AllDirectories).Select(File.ReadAllText),
            text => text.Contains("orders", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(FormatRange.Own.Newest.Value, json.RootElement.GetProperty("format").GetInt32());
        Assert.Equal(topic.Id.Value, json.RootElement.GetProperty("id").GetGuid());
        Assert.DoesNotContain("$type", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("OrleansQueue.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_of_topics_keeps_nothing_else()
    {
        var storage = new TopicStorage();

        Assert.Equal(
            "Storage OrleansQueue keeps topics and nothing else, not Note.",
            Assert.Throws<NotSupportedException>(() => storage.Serialize(new Note())).Message);
        Assert.Throws<NotSupportedException>(() => storage.Deserialize<Note>(new BinaryData("{}")));
        Assert.Throws<InvalidDataException>(() => storage.Deserialize<Grains.Topics.TopicState>(new BinaryData("{\"$type\":\"System.Object\"}")));
    }

    private Task<TestSilos> StartAsync() => TestSilos.StartAsync(1, silo =>
    {
        silo.AddOrleansQueue(queue => queue.ConfigureSilo(options => options.FilesPath = _folder.Path));
        silo.AddOrleansQueueGrainStorage("Default").AddOrleansQueueGrainStorage("PubSubStore");
        silo.AddMemoryStreams(ListenerGrain.Provider);
    });
}
