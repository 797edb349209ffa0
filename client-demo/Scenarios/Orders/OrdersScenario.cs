using System.Diagnostics;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>
/// A work queue of orders. The producer publishes some twice; the handler fails with some, hangs on some and never manages a few; a
/// worker is killed with its hands full. In the end each order is in the books once, and what no handler managed is a dead letter,
/// until the handler is mended and one of those is redriven.
/// </summary>
internal sealed class OrdersScenario : IScenario
{
    public string Name => "orders";

    public int StepsOf(int messages) => messages;

    public async Task<ScenarioReport> RunAsync(Demo demo, Action step, CancellationToken cancellationToken)
    {
        var name = $"orders-{demo.Run}";
        var plan = new OrderPlan(demo.Run, demo.Messages);
        var tally = new OrderTally(plan.IdOf(plan.Redriven), step);
        var consumer = new OrderConsumer(demo.Broker, demo.Home.Grains, name, tally);
        var check = new OrderCheck(plan, tally, demo.IsElsewhere);
        var clock = Stopwatch.StartNew();
        await using var shop = await demo.Broker.StartServiceAsync(queue => OrderConsumer.AddOrders(queue, name), static _ => { }, cancellationToken);
        await using var cleaning = new RunCleaning(shop.Get<BrokerClient>(), shop.Get<IBroker>());

        var (published, dead) = await WorkAsync(demo, consumer, plan, tally, shop, cleaning, cancellationToken);
        var ofLetters = await MendAsync(consumer, plan, tally, check, shop.Get<BrokerClient>().DeadLetters, cancellationToken);
        var ofBooks = await check.FindProblemAsync(demo);
        return new ScenarioReport(Name, published, check.Processed, check.Failures - dead, dead, clock.Elapsed, ofLetters ?? ofBooks);
    }

    /// <summary>Publishes all orders and has them worked off; answers how many messages were acknowledged, and how many are dead letters.</summary>
    private static async Task<(long Published, long Dead)> WorkAsync(
        Demo demo, OrderConsumer consumer, OrderPlan plan, OrderTally tally, Service shop, RunCleaning cleaning, CancellationToken cancellationToken)
    {
        var producer = shop.Get<ITopicProducer<Order>>();
        await using var doomed = await WorkerProcess.StartAsync(demo, consumer.Orders, plan.FirstHalf / 10, tally, cancellationToken);
        var published = await PublishAsync(producer, plan, plan.All.Take(plan.FirstHalf), cancellationToken);
        await doomed.UntilAsync(tally.AllHeld, cancellationToken);
        await using var survivor = await consumer.StartAsync(isFixed: false, cancellationToken);
        await doomed.KillAsync(cancellationToken);

        await using var successor = await WorkerProcess.StartAsync(demo, consumer.Orders, null, tally, cancellationToken);
        published += await PublishAsync(producer, plan, plan.All.Skip(plan.FirstHalf), cancellationToken);
        var dead = await successor.UntilAsync(cleaning.FinishAsync(consumer.Orders, cancellationToken), cancellationToken);
        await successor.StopAsync(cancellationToken);
        return (published, dead);
    }

    private static async Task<long> PublishAsync(ITopicProducer<Order> producer, OrderPlan plan, IEnumerable<Order> orders, CancellationToken cancellationToken)
    {
        // All are under way at once; awaited one by one, each would wait for the disk.
        var sent = orders
            .SelectMany(static order => Enumerable.Repeat(order, OrderPlan.TimesOf(order)))
            .Select(order => producer.PublishAsync(order, new PublishOptions { MessageId = plan.IdOf(order) }, cancellationToken).AsTask())
            .ToList();
        return (await Task.WhenAll(sent)).LongLength;
    }

    /// <summary>Starts a handler that knows what to do with the dead letters, and redrives one; answers what is wrong with them before or after, or null.</summary>
    private static async Task<string?> MendAsync(OrderConsumer consumer, OrderPlan plan, OrderTally tally, OrderCheck check, DeadLetterAdmin admin, CancellationToken cancellationToken)
    {
        var letters = await ListAsync(admin, consumer.Orders, cancellationToken);
        if (check.FindProblem(letters, isRedriven: false) is { } problem)
        {
            return problem;
        }

        await using (await consumer.StartAsync(isFixed: true, cancellationToken))
        {
            var letter = letters.Single(letter => letter.MessageId == plan.IdOf(plan.Redriven));
            var redriven = await admin.RedriveAsync(consumer.Orders, consumer.Orders, letter.Id, cancellationToken);
            if (redriven != 1)
            {
                return $"{redriven} dead letters were redriven, not the one that was to be";
            }

            await tally.IsBooked.WaitAsync(cancellationToken);
        }

        return check.FindProblem(await ListAsync(admin, consumer.Orders, cancellationToken), isRedriven: true);
    }

    private static async Task<List<DeadLetter>> ListAsync(DeadLetterAdmin admin, string orders, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();
        await foreach (var letter in admin.ListAsync(orders, orders, cancellationToken))
        {
            letters.Add(letter);
        }

        return letters;
    }
}
