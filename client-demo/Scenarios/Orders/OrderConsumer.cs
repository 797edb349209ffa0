using Microsoft.Extensions.DependencyInjection;
using OrleansQueue.Broker;
using OrleansQueue.Client;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>A consumer of orders: a service whose handlers book them.</summary>
/// <param name="Broker">Where the orders come from.</param>
/// <param name="Grains">Where the books are.</param>
/// <param name="Orders">The name of the topic and of the group.</param>
/// <param name="Watch">Hears what the handlers do.</param>
internal sealed record OrderConsumer(DemoBroker Broker, HomeGrains Grains, string Orders, IOrderWatch Watch)
{
    /// <summary>How many messages the worker has at once, in hand and waiting: as many as handlers, so that it is known what it holds when it is killed.</summary>
    public const int Slots = 16;

    public const int Partitions = 8;

    public const int MaxDeliveries = 4;

    // Handlers wait for the disk of the books, which takes many at once.
    private const int Concurrency = 200;

    private static readonly TimeSpan MaxProcessingTime = TimeSpan.FromSeconds(3);

    private static readonly QueueSettings Settings = new()
    {
        MaxDeliveries = MaxDeliveries,
        Backoff = TimeSpan.FromMilliseconds(50),
        MaxBackoff = TimeSpan.FromSeconds(1),
    };

    /// <summary>A worker that may be killed: what it held comes back soon.</summary>
    /// <param name="holdAfter">After how many messages it holds what it gets; null for never.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public Task<Service> StartWorkerAsync(int? holdAfter, CancellationToken cancellationToken) =>
        StartAsync(new OrderHandling(false, holdAfter), Slots, TimeSpan.FromSeconds(5), cancellationToken);

    /// <summary>A consumer that lives to the end.</summary>
    /// <param name="isFixed">Whether its handlers know what to do with poison.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public Task<Service> StartAsync(bool isFixed, CancellationToken cancellationToken) =>
        StartAsync(new OrderHandling(isFixed, null), Concurrency, TimeSpan.FromSeconds(30), cancellationToken);

    /// <summary>How orders are published.</summary>
    public static OrleansQueueBuilder AddOrders(OrleansQueueBuilder queue, string orders) =>
        queue.AddTopic<Order>(orders, topic => topic.Key(order => order.Customer).Partitions(Partitions));

    private Task<Service> StartAsync(OrderHandling handling, int slots, TimeSpan lease, CancellationToken cancellationToken) => Broker.StartServiceAsync(
        queue => AddOrders(queue, Orders).AddQueueHandler<Order, OrderHandler>(Orders, group: Orders, options =>
        {
            options.NewGroup = Settings;
            options.MaxProcessingTime = MaxProcessingTime;
            options.Concurrency = slots;
            options.Prefetch = slots;
            options.Consumer = options.Consumer with { Lease = lease };
        }),
        services => services.AddSingleton(Grains).AddSingleton(handling).AddSingleton(Watch),
        cancellationToken);
}
