namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>An order, and what is to go wrong with it.</summary>
internal sealed record Order(int Number, string Customer, long Cents, OrderFault Fault);

/// <summary>What goes wrong with an order.</summary>
internal enum OrderFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Its handler throws once.</summary>
    Fails,

    /// <summary>Its handler does not return once, until it is cancelled.</summary>
    Hangs,

    /// <summary>Its handler throws whenever it gets it, as long as the handler has its fault.</summary>
    Poison,
}
