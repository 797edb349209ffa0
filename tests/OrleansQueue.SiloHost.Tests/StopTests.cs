using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Processes;
using OrleansQueue.Topics;
using Xunit.Abstractions;

namespace OrleansQueue.SiloHost.Tests;

/// <summary>How a silo ends, and what is there when it comes back.</summary>
[Collection(Alone.Name)]
public sealed class StopTests(ITestOutputHelper report) : IDisposable
{
    // What takes longer each time is not held up by a machine that is busy with something else for a moment.
    private const int Tries = 3;

    // A poll waits 5 s for a record: a silo that waited for its polls would need as much longer.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstAcknowledgement = TimeSpan.FromSeconds(3);

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
        for (var tries = 1; ; tries++)
        {
            var silo = SiloProgram.In(_folder[$"data-{tries}"]);
            var without = await StopAsync(silo, _ => Task.FromResult<Task[]>([]));
            var with = await StopAsync(silo, OpenPollsAsync);
            report.WriteLine($"Stopped after {without.TotalSeconds:0.0} s without polls and after {with.TotalSeconds:0.0} s with a hundred.");
            if (with - without < Soon)
            {
                return;
            }

            Assert.True(tries < Tries, $"In each of {Tries} tries the polls held up the stop, in the last one for {with - without}.");
        }
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_SIGKILL_is_there_after_a_restart_and_a_publish_that_waited_goes_on()
    {
        var silo = SiloProgram.In(_folder["data"]);
        var running = await silo.StartReadyAsync();
        try
        {
            await using var connection = await BrokerConnection.OpenAsync(silo);
            var topic = await CreateAsync(connection.Broker, "t", partitions: 1);
            await using var producer = await connection.Client.OpenProducerAsync(topic.Name);
            using var load = new Load(producer);
            var took = TimeSpan.MaxValue;
            for (var tries = 1; took >= FirstAcknowledgement; tries++)
            {
                Assert.True(tries <= Tries, $"In each of {Tries} tries the first acknowledgement came late, in the last one after {took}.");
                await load.PassedAsync(load.Acknowledged + 1_000);
                await running.DisposeAsync();
                running = await silo.StartReadyAsync();
                var restarted = Stopwatch.GetTimestamp();

                // More than were given to the producer up to now: one of a later publish is among them.
                await load.PassedAsync(load.Published + 1);
                took = Stopwatch.GetElapsedTime(restarted);
                report.WriteLine($"First acknowledgement {took.TotalSeconds:0.0} s after the ready line.");
            }

            var published = await load.StopAsync();
            var values = await Oq.To(silo).DoneAsync("consume", topic.Name, "--from-beginning", "--max", $"{published}");
            Assert.Equal(Enumerable.Range(0, published).Select(number => $"{number}"), values);
            Assert.Equal(published, (await connection.Broker.DescribePartitionAsync(topic.Id, new Partition(0), CancellationToken.None))!.HighWatermark.Value);
        }
        finally
        {
            await running.DisposeAsync();
        }
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

    /// <summary>How long a silo takes from SIGTERM to its end, with calls under way that end with it; for ever where one of them was over before.</summary>
    private static async Task<TimeSpan> StopAsync(SiloProgram silo, Func<IBroker, Task<Task[]>> open)
    {
        await using var process = await silo.StartReadyAsync();
        await using var connection = await BrokerConnection.OpenAsync(silo);
        var calls = await open(connection.Broker);

        var areOpen = !Array.Exists(calls, call => call.IsCompleted);
        var stopping = Stopwatch.GetTimestamp();
        await process.SignalAsync("TERM");
        Assert.Equal(0, await process.EndAsync());
        var took = Stopwatch.GetElapsedTime(stopping);

        await Task.WhenAll(calls).WaitAsync(Patience.Long);
        return areOpen ? took : TimeSpan.MaxValue;
    }

    private static async Task<Task[]> OpenPollsAsync(IBroker broker)
    {
        const int Partitions = 4;
        var topic = await CreateAsync(broker, "t", Partitions);
        var partitions = Enumerable.Range(0, Partitions).Select(number => new Partition(number)).ToArray();
        var from = await Task.WhenAll(partitions.Select(async partition =>
            Assert.IsType<ListOffsetsResult.Found>(await broker.ListOffsetsAsync(topic.Id, partition, new OffsetQuery.Latest(), CancellationToken.None)).Position));

        // What is asked behind them on the same way is answered, so they are there.
        var polls = Enumerable.Range(0, 100).Select(number => PollAsync(broker, from[number % Partitions])).ToArray();
        await Task.WhenAll(partitions.Select(partition => broker.DescribePartitionAsync(topic.Id, partition, CancellationToken.None).AsTask()));
        return polls;
    }

    private static async Task PollAsync(IBroker broker, Position from)
    {
        try
        {
            await broker.FetchAsync(new FetchRequest(from) { MaxWait = FetchRequest.LongestWait }, CancellationToken.None);
        }
        catch (BrokerUnavailableException)
        {
            // The silo went away, as it was told to.
        }
    }

    private static async Task<TopicDescription> CreateAsync(IBroker broker, string name, int partitions) => Assert.IsType<CreateTopicResult.Created>(
        await broker.CreateTopicAsync(name, new TopicSettings { Partitions = partitions }, CancellationToken.None)).Topic;
}
