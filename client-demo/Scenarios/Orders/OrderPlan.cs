using System.Globalization;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>
/// What is ordered in a run, which of it twice, and what goes wrong. Nothing is left to chance, so that all that must come of it
/// is known. Poison is in the second half alone, after the kill: a lease that ran out counts as a delivery that failed, and how
/// often the handler itself failed would not be known of an order that the killed worker held.
/// </summary>
internal sealed class OrderPlan(string run, int orders)
{
    private const int OrdersOfCustomer = 20;

    /// <summary>How many orders are placed before the worker is killed.</summary>
    public int FirstHalf => orders / 2;

    public IEnumerable<Order> All => Enumerable.Range(0, orders).Select(Place);

    /// <summary>The order that is redriven.</summary>
    public Order Redriven => Place(orders - 1);

    public IEnumerable<string> Customers => Enumerable.Range(0, orders).Select(CustomerOf).Distinct(StringComparer.Ordinal);

    public string IdOf(Order order) => string.Create(CultureInfo.InvariantCulture, $"{run}-order-{order.Number}");

    /// <summary>How often it is published.</summary>
    public static int TimesOf(Order order) => order.Number % 20 == 3 && order.Fault != OrderFault.Poison ? 2 : 1;

    private Order Place(int number) => new(number, CustomerOf(number), 100 + (number % 900), FaultOf(number));

    private string CustomerOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{run}-customer-{number / OrdersOfCustomer}");

    private OrderFault FaultOf(int number) => number switch
    {
        _ when number >= FirstHalf && (orders - 1 - number) % 500 == 0 => OrderFault.Poison,
        _ when number % 1_000 == 43 => OrderFault.Hangs,
        _ when number % 50 == 3 => OrderFault.Fails,
        _ => OrderFault.None,
    };
}
