using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;
using OrleansQueue.BrokerSpecs;
using OrleansQueue.Contracts.Broker;
using OrleansQueue.Contracts.Grains;
using OrleansQueue.Contracts.Wire.Queues;
using OrleansQueue.Grains.Hosting;
using OrleansQueue.Grains.Tests.Support;
using OrleansQueue.Testing;
using OrleansQueue.Topics;

namespace OrleansQueue.Grains.Tests.Hosting;

/// <summary>A silo that is told to stop does not sit out the waits of its readers and members.</summary>
public sealed class StopTests
{
    private const int Fetches = 100;
    private const int Partitions = 10;
    private const int Heartbeats = 100;
    private const int Groups = 5;
    private const int Watches = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Silo_with_100_open_fetches_answers_them_and_stops()
    {
        var calls = new Calls();
        var stop = new HeldStop();
        await using var silos = await StartAsync(calls, stop);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.IsType<FetchResult.Fetched>(await silos.Broker.FetchAsync(topic, partition));
        }

        calls.Forget();
        var fetches = Enumerable.Range(0, Fetches).Select(i => silos.Broker.FetchAsync(topic, i % Partitions, maxWait: FetchRequest.LongestWait)).ToList();
        await calls.BegunAsync("FetchAsync", Fetches);
        Assert.DoesNotContain(fetches, fetch => fetch.IsCompleted);

        var stopping = silos.Cluster.StopSiloAsync(silos.Cluster.Primary);

        await calls.AnsweredAsync("FetchAsync", "oq-partition", Fetches);
        Assert.Empty(calls.Failed);
        stop.End();
        await stopping.WaitAsync(Patience);
        await EndAsync(fetches, result => Assert.Empty(Assert.IsType<FetchResult.Fetched>(result).Parts));
    }

    [Fact]
    public async Task Silo_with_100_waiting_heartbeats_answers_them_and_stops()
    {
        var calls = new Calls();
        var stop = new HeldStop();
        await using var silos = await StartAsync(calls, stop);
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
        var heartbeats = members.Select(member => member.BeatAsync(HeartbeatRequest.LongestWait)).ToList();
        await calls.BegunAsync("HeartbeatAsync", Heartbeats);
        Assert.DoesNotContain(heartbeats, heartbeat => heartbeat.IsCompleted);

        var stopping = silos.Cluster.StopSiloAsync(silos.Cluster.Primary);

        await calls.AnsweredAsync("HeartbeatAsync", "oq-group", Heartbeats);
        Assert.Empty(calls.Failed);
        stop.End();
        await stopping.WaitAsync(Patience);
        await EndAsync(heartbeats, result => Assert.IsType<HeartbeatResult.Unchanged>(result));
    }

    [Fact]
    public async Task Silo_with_100_open_watches_answers_them_and_stops()
    {
        var calls = new Calls();
        var stop = new HeldStop();
        await using var silos = await StartAsync(calls, stop);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = Partitions });
        Assert.IsType<CreateGroupResult.Created>(
            await silos.Broker.CreateGroupAsync("billing", new GroupSettings { Kind = GroupKind.Queue }, [topic.Name], default));
        calls.Forget();
        var watches = Enumerable.Range(0, Watches).Select(i => WatchAsync(silos, new TopicPartition(topic.Id, new Partition(i % Partitions)))).ToList();
        await calls.BegunAsync("WatchAsync", Watches);
        Assert.DoesNotContain(watches, watch => watch.IsCompleted);

        var stopping = silos.Cluster.StopSiloAsync(silos.Cluster.Primary);

        await calls.AnsweredAsync("WatchAsync", "oq-queue", Watches);
        Assert.Empty(calls.Failed);
        stop.End();
        await stopping.WaitAsync(Patience);
        await EndAsync(watches, news => Assert.Equal(0, news.Messages));
    }

    [Fact]
    public async Task What_a_silo_that_stops_begins_to_serve_does_not_wait_either()
    {
        var calls = new Calls();
        var stop = new HeldStop();
        await using var silos = await StartAsync(calls, stop);
        var topic = await silos.Broker.CreateAsync("orders", new TopicSettings { Partitions = 1 });

        var stopping = silos.Cluster.StopSiloAsync(silos.Cluster.Primary);
        await stop.Begun.WaitAsync(Patience);
        var fetch = silos.Broker.FetchAsync(topic, 0, maxWait: FetchRequest.LongestWait);
        var joined = await silos.Broker.JoinGroupAsync(new JoinRequest("billing", "a", [topic.Name]), default);
        var member = new Membership(silos.Broker, "billing", Assert.IsType<JoinResult.Joined>(joined).Member);
        await member.BeatAsync();
        var heartbeat = member.BeatAsync(HeartbeatRequest.LongestWait);

        Assert.Empty(Assert.IsType<FetchResult.Fetched>(await fetch.WaitAsync(Patience)).Parts);
        Assert.IsType<HeartbeatResult.Unchanged>(await heartbeat);
        stop.End();
        await stopping.WaitAsync(Patience);
    }

    /// <summary>Watches a cursor as its group does.</summary>
    private static Task<WatchAnswer> WatchAsync(TestSilos silos, TopicPartition partition)
    {
        var services = silos.Cluster.Client.ServiceProvider;
        var cursor = new QueueCursorKey("billing", partition).GrainOf(silos.Cluster.Client);
        return services.GetRequiredService<ConnectionWatch>().CallAsync(() => cursor.WatchAsync(-1, FetchRequest.LongestWait), default).AsTask();
    }

    /// <summary>A silo on whose partitions and groups no wait ends by itself, since their clock stands still.</summary>
    private static Task<TestSilos> StartAsync(Calls calls, HeldStop stop) => TestSilos.StartAsync(1, new SharedMemory(), silo =>
    {
        silo.AddIncomingGrainCallFilter(calls);
        silo.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<SiloBroker>(services, new TestClock()));
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(stop);
    });

    /// <summary>Every caller's wait ends: by the silo's answer, or where the loss of the connection was heard of first, by that.</summary>
    private static async Task EndAsync<T>(IEnumerable<Task<T>> calls, Action<T> check)
    {
        foreach (var call in calls)
        {
            try
            {
                check(await call.WaitAsync(Patience));
            }
            catch (BrokerUnavailableException lost)
            {
                Assert.Contains("connection to the cluster was lost", lost.Message, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>Holds a silo that stops where waits have been ended and no grain is deactivated yet, which would end them too.</summary>
    private sealed class HeldStop : ILifecycleParticipant<ISiloLifecycle>
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The silo has come so far.</summary>
        public Task Begun => _begun.Task;

        public void End() => _end.SetResult();

        public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(HeldStop), ServiceLifecycleStage.Active, _ => Task.CompletedTask, _ =>
        {
            _begun.SetResult();

            // A test that fails ends, too.
            return _end.Task.WaitAsync(Patience * 2, CancellationToken.None);
        });
    }
}
