using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Hosting;

/// <summary>A silo that is told to stop does not sit out the waits of its readers and members.</summary>
public sealed class StopTests
{
    private const int Fetches = 100;
    private const int Partitions = 10;
    private const int Heartbeats = 100;
    private const int Groups = 5;

    [Fact]
    public async Task Silo_with_100_open_fetches_answers_them_and_stops()
    {
        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(1, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(calls));
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.IsType<FetchResult.Fetched>(await silos.Broker.FetchAsync(topic, partition));
        }

        calls.Forget();
        var began = Stopwatch.GetTimestamp();
        var fetches = Enumerable.Range(0, Fetches).Select(i => silos.Broker.FetchAsync(topic, i % Partitions, maxWait: FetchRequest.LongestWait)).ToList();
        await calls.BegunAsync("FetchAsync", Fetches);
        Assert.DoesNotContain(fetches, fetch => fetch.IsCompleted);

        await silos.Cluster.StopSiloAsync(silos.Cluster.Primary);

        // Fetches that wait to their end take 5 s.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await calls.AnsweredAsync("FetchAsync", "oq-partition", Fetches);
        Assert.Empty(calls.Failed);
        await EndAsync(fetches, result => Assert.Empty(Assert.IsType<FetchResult.Fetched>(result).Parts));
    }

    [Fact]
    public async Task Silo_with_100_waiting_heartbeats_answers_them_and_stops()
    {
        var calls = new Calls();
        await using var silos = await TestSilos.StartAsync(1, new SharedMemory(), silo => silo.AddIncomingGrainCallFilter(calls));
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        var members = new List<Membership>();
        for (var i = 0; i < Heartbeats; i++)
        {
            var joined = await silos.Broker.JoinGroupAsync(new JoinRequest($"group-{i % Groups}", $"{i}", [topic.Name]), default);
            members.Add(new Membership(silos.Broker, $"group-{i % Groups}", Assert.IsType<JoinResult.Joined>(joined).Member));
        }

        // Twice round, and once more: every member has released what it was to release, and knows what it has.
        for (var round = 0; round < 3; round++)
        {
            foreach (var member in members)
            {
                await member.BeatAsync();
            }
        }

        calls.Forget();
        var began = Stopwatch.GetTimestamp();
        var heartbeats = members.Select(member => member.BeatAsync(HeartbeatRequest.LongestWait)).ToList();
        await calls.BegunAsync("HeartbeatAsync", Heartbeats);
        Assert.DoesNotContain(heartbeats, heartbeat => heartbeat.IsCompleted);

        await silos.Cluster.StopSiloAsync(silos.Cluster.Primary);

        // Heartbeats that wait to their end take 5 s.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await calls.AnsweredAsync("HeartbeatAsync", "oq-group", Heartbeats);
        Assert.Empty(calls.Failed);
        await EndAsync(heartbeats, result => Assert.IsType<HeartbeatResult.Unchanged>(result));
    }

    /// <summary>Every caller's wait ends: by the silo's answer, or where the loss of the connection was heard of first, by that.</summary>
    private static async Task EndAsync<T>(IEnumerable<Task<T>> calls, Action<T> check)
    {
        foreach (var call in calls)
        {
            try
            {
                check(await call.WaitAsync(TimeSpan.FromSeconds(60)));
            }
            catch (BrokerUnavailableException lost)
            {
                Assert.Contains("connection to the cluster was lost", lost.Message, StringComparison.Ordinal);
            }
        }
    }
}
