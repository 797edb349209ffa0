using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios;

/// <summary>
/// Game events, keyed by player, become experience points in the players' grains, and who sent an event awaits the reply. Some
/// handlers fail after they wrote, so those events come again, and change nothing the second time.
/// </summary>
internal sealed class ExperienceScenario : IScenario
{
    private const int Partitions = 16;
    private const int Players = 100;
    private const int OneInFails = 97;

    public string Name => "exp";

    public int StepsOf(int messages) => messages;

    public async Task<ScenarioReport> RunAsync(Demo demo, Action step, CancellationToken cancellationToken)
    {
        var (events, results) = ($"exp-events-{demo.Run}", $"exp-results-{demo.Run}");
        var tally = new Tally(OneInFails);
        var clock = Stopwatch.StartNew();
        await using var game = await demo.Broker.StartServiceAsync(
            queue => AddEvents(queue, events).AddTopic<Experience>(results), static _ => { }, cancellationToken);
        await using var cleaning = new RunCleaning(game.Get<BrokerClient>(), game.Get<IBroker>());
        await using var scoring = await demo.Broker.StartServiceAsync(
            queue => AddEvents(queue, events)
                .AddStreamHandler<GameEvent, Scorer>(events, group: events, options =>
                {
                    options.FirstRetry = TimeSpan.FromMilliseconds(20);
                    options.MaxConcurrency = Partitions;
                }),
            services => services.AddSingleton(demo.Home.Grains).AddSingleton(tally).AddSingleton<ReplySender>(),
            cancellationToken);

        var replied = await PlayAsync(game, demo, results, step, cancellationToken);
        cleaning.Forget(results);
        var dead = await cleaning.FinishAsync(events, cancellationToken);
        return new ScenarioReport(
            Name, demo.Messages + tally.Replies, tally.Replies, tally.Failures, dead, clock.Elapsed, await FindProblemAsync(demo, replied, tally, dead));
    }

    /// <summary>Sends every event and awaits each reply; answers the highest total that each player was told.</summary>
    private static async Task<ConcurrentDictionary<string, long>> PlayAsync(Service game, Demo demo, string results, Action step, CancellationToken cancellationToken)
    {
        await using var replies = await Replies.OpenAsync(game.Get<BrokerClient>(), results, cancellationToken);
        var producer = game.Get<ITopicProducer<GameEvent>>();
        var totals = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(0, demo.Messages), new ParallelOptions { MaxDegreeOfParallelism = 500, CancellationToken = cancellationToken }, async (number, token) =>
        {
            var correlation = number.ToString(CultureInfo.InvariantCulture);
            var reply = replies.Expect(correlation);
            await producer.PublishAsync(new GameEvent(PlayerOf(demo, number), PointsOf(number)), new PublishOptions { CorrelationId = correlation, ReplyTo = results }, token);
            var experience = await reply.WaitAsync(token);
            totals.AddOrUpdate(experience.Player, experience.Points, (_, before) => Math.Max(before, experience.Points));
            step();
        });
        return totals;
    }

    private static async Task<string?> FindProblemAsync(Demo demo, ConcurrentDictionary<string, long> replied, Tally tally, long dead)
    {
        var expected = Enumerable.Range(0, demo.Messages).GroupBy(number => PlayerOf(demo, number)).ToDictionary(group => group.Key, group => group.Sum(PointsOf));
        foreach (var (player, points) in expected)
        {
            var kept = await demo.Home.Grains.Factory.GetGrain<IPlayerGrain>(player).GetExperienceAsync();
            if (kept != points || replied.GetValueOrDefault(player) != points)
            {
                return $"{player} has {kept} points and was told of {replied.GetValueOrDefault(player)}, not {points}";
            }
        }

        return dead != 0 ? $"{dead} events are dead letters" : tally.Failures == 0 ? "no event came again, though some had to" : null;
    }

    private static OrleansQueueBuilder AddEvents(OrleansQueueBuilder queue, string events) =>
        queue.AddTopic<GameEvent>(events, topic => topic.Key(happened => happened.Player).Partitions(Partitions));

    private static string PlayerOf(Demo demo, int number) => $"{demo.Run}-player-{number % Players}";

    private static long PointsOf(int number) => 1 + (number % 7);
}

/// <summary>Something that earns a player points.</summary>
internal sealed record GameEvent(string Player, long Points);

/// <summary>How many points a player has after an event.</summary>
internal sealed record Experience(string Player, long Points);

/// <summary>Gives the points to the player and replies to where the sender said. To do it again for the same event changes nothing.</summary>
internal sealed class Scorer(HomeGrains players, ReplySender replies, Tally tally) : IMessageHandler<GameEvent>
{
    public async Task HandleAsync(MessageContext<GameEvent> message, CancellationToken cancellationToken)
    {
        var happened = message.Message;
        var place = new EventPlace(message.Topic, message.Partition.Number, message.Offset.Value);
        var total = await players.Factory.GetGrain<IPlayerGrain>(happened.Player).AddAsync(happened.Points, place);
        tally.FailNowAndThen(message.Offset.Value, message.Attempt);
        if (message.ReplyTo is { } sender)
        {
            await replies.SendAsync(sender, new Experience(happened.Player, total), message.CorrelationId, cancellationToken);
            tally.CountReply();
        }
    }
}

/// <summary>What the handlers did; it makes some of them fail once, after they have written.</summary>
internal sealed class Tally(int oneInFails)
{
    private long _failures;
    private long _replies;

    public long Failures => Interlocked.Read(ref _failures);

    public long Replies => Interlocked.Read(ref _replies);

    public void FailNowAndThen(long offset, int attempt)
    {
        if (attempt == 1 && offset % oneInFails == 0)
        {
            Interlocked.Increment(ref _failures);
            throw new IOException("The handler lost its connection after it had written.");
        }
    }

    public void CountReply() => Interlocked.Increment(ref _replies);
}
