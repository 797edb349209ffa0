using OrleansQueue.Client;
using OrleansQueue.ClientDemo.Hosting;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>Compares the books with what was ordered and with what was to go wrong, order by order.</summary>
/// <param name="plan">What was ordered.</param>
/// <param name="tally">What the handlers did.</param>
/// <param name="mayRepeat">
/// Whether messages may come again for a reason that is not known here: the broker promises each of them at least once, and when one of its
/// silos dies a message that was on its way to a handler counts as delivered, and never came.
/// </param>
internal sealed class OrderCheck(OrderPlan plan, OrderTally tally, bool mayRepeat)
{
    private const string TooManyDeliveries = "max-deliveries";

    /// <summary>Messages that handlers finished.</summary>
    public long Processed { get; private set; }

    /// <summary>Attempts that failed because they were to.</summary>
    public long Failures { get; private set; }

    /// <summary>What is wrong with dead letters, of which there must be one for each poisonous order that was not redriven; null for nothing.</summary>
    public string? FindProblem(IReadOnlyCollection<DeadLetter> letters, bool isRedriven)
    {
        var poison = plan.All.Where(static order => order.Fault == OrderFault.Poison).Where(order => !isRedriven || order != plan.Redriven).Select(plan.IdOf).ToHashSet(StringComparer.Ordinal);
        return letters.Count != poison.Count || !poison.SetEquals(letters.Select(static letter => letter.MessageId))
            ? $"the dead letters are {letters.Count} messages, and not just the {poison.Count} that nobody could handle"
            : letters.FirstOrDefault(static letter => letter.Reason != TooManyDeliveries || letter.Attempts != OrderConsumer.MaxDeliveries) is { } odd
                ? $"dead letter {odd.MessageId} was given up for {odd.Reason} after {odd.Attempts} attempts"
                : null;
    }

    /// <summary>What is wrong in the books, or null.</summary>
    public async Task<string?> FindProblemAsync(Demo demo)
    {
        var orders = plan.All.ToLookup(static order => order.Customer);
        string? problem = null;
        foreach (var customer in plan.Customers)
        {
            var book = await demo.Home.Grains.Factory.GetGrain<ICustomerGrain>(customer).GetAsync();
            Processed += book.Orders.Values.Sum(static entry => entry.Finished.Count);
            Failures += book.Orders.Values.Sum(static entry => entry.Failures);
            problem ??= FindProblem(customer, book, [.. orders[customer]]);
        }

        return problem;
    }

    private string? FindProblem(string customer, CustomerBook book, IReadOnlyCollection<Order> orders)
    {
        foreach (var order in orders)
        {
            if (FindProblem(order, book.Orders.GetValueOrDefault(plan.IdOf(order)) ?? new OrderEntry()) is { } problem)
            {
                return $"order {order.Number} {problem}";
            }
        }

        var owed = orders.Where(IsDone).Sum(static order => order.Cents);
        return book.Orders.Count != orders.Count ? $"{customer} has {book.Orders.Count} orders, not {orders.Count}"
            : book.Cents != owed ? $"{customer} owes {book.Cents} cents, not {owed}"
            : null;
    }

    private string? FindProblem(Order order, OrderEntry entry)
    {
        var failures = order.Fault switch { OrderFault.None => 0, OrderFault.Poison => OrderConsumer.MaxDeliveries, _ => 1 };
        var copies = IsDone(order) ? OrderPlan.TimesOf(order) : 0;

        // What is redriven begins anew. All others are delivered once and once more for each time that went wrong.
        var repeated = entry.Finished.Values.Sum(static delivery => delivery - 1);
        var expected = (order.Fault == OrderFault.Poison ? 0 : failures) + tally.UnfinishedOf(plan.IdOf(order));
        return entry.IsBooked != IsDone(order) ? entry.IsBooked ? "was booked, though nobody could handle it" : "was not booked"
            : entry.Failures != failures && !(mayRepeat && order.Fault == OrderFault.Poison && entry.Failures > 0 && entry.Failures < failures) ? $"failed {entry.Failures} times, not {failures}"
            : entry.Finished.Count != copies ? $"was finished in {entry.Finished.Count} messages, not {copies}"
            : repeated != expected && !(mayRepeat && repeated > expected) ? $"came {repeated} times more than it was published, not {expected}"
            : null;
    }

    private bool IsDone(Order order) => order.Fault != OrderFault.Poison || order == plan.Redriven;
}
