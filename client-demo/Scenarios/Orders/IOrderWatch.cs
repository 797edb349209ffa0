namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>Hears what handlers do, from any thread.</summary>
internal interface IOrderWatch
{
    /// <summary>An order was booked.</summary>
    void Booked(string order);

    /// <summary>A handler holds a message with an order, and does not let it go.</summary>
    void Held(string order);

    /// <summary>A handler finished a message that it did not hold any more, since the machine was too slow for it. It comes again.</summary>
    void TooLate(string order);
}
