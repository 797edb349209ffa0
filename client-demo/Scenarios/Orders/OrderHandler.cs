using OrleansQueue.Client;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>
/// Books orders. To book one again changes nothing. What is to go wrong goes wrong once for an order, and the books note it before it
/// does, so that it is known whatever happens to the handler.
/// </summary>
internal sealed class OrderHandler(HomeGrains grains, OrderHandling handling, IOrderWatch watch) : IMessageHandler<Order>
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(300);

    public async Task HandleAsync(MessageContext<Order> message, CancellationToken cancellationToken)
    {
        var order = message.Message;
        var books = grains.Factory.GetGrain<ICustomerGrain>(order.Customer);
        await GoWrongAsync(books, message.MessageId, order.Fault, cancellationToken);
        var holds = handling.BeginsToHold();
        if (holds && order.Number % 2 == 0)
        {
            await HoldAsync(message, cancellationToken);
        }

        var place = $"{message.Partition}@{message.Offset}{(message.IsRedriven ? " redriven" : "")}";
        if (await books.BookAsync(new OrderCopy(message.MessageId, place, message.DeliveryCount), order.Cents))
        {
            watch.Booked(message.MessageId);
        }

        if (holds)
        {
            await HoldAsync(message, cancellationToken);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            watch.TooLate(message.MessageId);
        }
    }

    private async Task GoWrongAsync(ICustomerGrain books, string id, OrderFault fault, CancellationToken cancellationToken)
    {
        switch (fault)
        {
            case OrderFault.Poison when !handling.IsFixed && await books.FailAsync(id, int.MaxValue):
                throw new InvalidDataException("Nobody knows what this order means.");
            case OrderFault.Fails when await books.FailAsync(id, 1):
                throw new IOException("The books were not reached.");
            case OrderFault.Hangs when await books.FailAsync(id, 1):
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                break;
        }
    }

    /// <summary>Keeps the message as a handler does that is not done yet, until the process is killed.</summary>
    private async Task HoldAsync(MessageContext message, CancellationToken cancellationToken)
    {
        watch.Held(message.MessageId);
        while (true)
        {
            message.ReportProgress();
            await Task.Delay(Breath, cancellationToken);
        }
    }
}

/// <summary>How the handlers of a consumer are.</summary>
/// <param name="isFixed">Whether they know what to do with poison.</param>
/// <param name="holdAfter">After how many messages they hold what they get; null for never.</param>
internal sealed class OrderHandling(bool isFixed, int? holdAfter)
{
    private int _begun;

    public bool IsFixed => isFixed;

    /// <summary>Whether the message that is about to be booked is one to hold.</summary>
    public bool BeginsToHold() => Interlocked.Increment(ref _begun) > holdAfter;
}
