using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Processes;
using OrleansQueue.Topics;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>How a silo ends, and what is there when it comes back.</summary>
public sealed class StopTests(ITestOutputHelper report) : IDisposable
{
    // A poll waits 5 s for a record: a silo that waited for its polls would need as long.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan FirstAcknowledgement = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SIGTERM_ends_a_silo_without_work_cleanly()
    {
        await using var process = await SiloProgram.In(_folder["data"]).StartReadyAsync();

        await process.SignalAsync("TERM");

        Assert.Equal(0, await process.EndAsync());
        Assert.Empty(process.Error.All);
    }

    [Fact]
    public async Task SIGTERM_does_not_wait_for_a_hundred_open_polls()
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using var process = await silo.StartReadyAsync();
        await using var connection = await BrokerConnection.OpenAsync(silo);
        var topic = await CreateAsync(connection.Broker, partitions: 4);
        var polls = Enumerable.Range(0, 100).Select(number => PollAsync(connection.Broker, topic, new Partition(number % 4))).ToArray();
        await connection.Broker.DescribePartitionAsync(topic.Id, new Partition(0), CancellationToken.None);
        Assert.DoesNotContain(polls, poll => poll.IsCompleted);

        var stopping = Stopwatch.StartNew();
        await process.SignalAsync("TERM");
        var code = await process.EndAsync();
        stopping.Stop();

        report.WriteLine($"Stopped after {stopping.Elapsed.TotalSeconds:0.0} s.");
        Assert.Equal(0, code);
        Assert.True(stopping.Elapsed < Soon, $"The silo took {stopping.Elapsed} to stop.");
        await Task.WhenAll(polls).WaitAsync(Patience.Long);
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_SIGKILL_is_there_after_a_restart_and_a_publish_that_waited_goes_on()
    {
        var silo = SiloProgram.In(_folder["data"]);
        var first = await silo.StartReadyAsync();
        await using var ends = first;
        await using var connection = await BrokerConnection.OpenAsync(silo);
        var topic = await CreateAsync(connection.Broker, partitions: 1);
        await using var producer = await connection.Client.OpenProducerAsync(topic.Name);
        using var load = new Load(producer);
        await load.PassedAsync(1_000);

        await first.KillAsync();
        var before = load.Acknowledged;
        await using var second = await silo.StartReadyAsync();
        var restarted = Stopwatch.StartNew();
        await load.PassedAsync(before + 1);
        report.WriteLine($"First acknowledgement {restarted.Elapsed.TotalSeconds:0.0} s after the ready line.");
        Assert.True(restarted.Elapsed < FirstAcknowledgement, $"The first acknowledgement took {restarted.Elapsed}.");

        var published = await load.StopAsync();
        var values = await Oq.To(silo).DoneAsync("consume", topic.Name, "--from-beginning", "--max", $"{published}");
        Assert.Equal(Enumerable.Range(0, published).Select(number => $"{number}"), values);
        Assert.Equal(published, (await connection.Broker.DescribePartitionAsync(topic.Id, new Partition(0), CancellationToken.None))!.HighWatermark.Value);
    }

    [Fact]
    public async Task After_a_clean_stop_everything_is_there()
    {
        var silo = SiloProgram.In(_folder["data"]);
        await using (var first = await silo.StartReadyAsync())
        {
            await Oq.To(silo).DoneAsync("topic", "create", "t", "--partitions", "2");
            await Oq.To(silo).FedAsync("a=one\na=two\n", "produce", "t", "--key-separator", "=");
            await first.SignalAsync("TERM");
            Assert.Equal(0, await first.EndAsync());
        }

        await using var second = await silo.StartReadyAsync();

        Assert.Equal(["one", "two"], await Oq.To(silo).DoneAsync("consume", "t", "--from-beginning", "--max", "2"));
    }

    private static async Task<TopicDescription> CreateAsync(IBroker broker, int partitions) => Assert.IsType<CreateTopicResult.Created>(
        await broker.CreateTopicAsync("t", new TopicSettings { Partitions = partitions }, CancellationToken.None)).Topic;

    private static async Task PollAsync(IBroker broker, TopicDescription topic, Partition partition)
    {
        try
        {
            var from = Assert.IsType<ListOffsetsResult.Found>(await broker.ListOffsetsAsync(topic.Id, partition, new OffsetQuery.Latest(), CancellationToken.None)).Position;
            await broker.FetchAsync(new FetchRequest(from) { MaxWait = FetchRequest.LongestWait }, CancellationToken.None);
        }
        catch (BrokerUnavailableException)
        {
            // The silo went away, as it was told to.
        }
    }
}
