namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>The books of a customer.</summary>
[Alias("demo.ICustomerGrain")]
public interface ICustomerGrain : IGrainWithStringKey
{
    /// <summary>Books an order; false, and nothing is booked, where the order of that id is booked already.</summary>
    [Alias("book")]
    Task<bool> BookAsync(OrderCopy copy, long cents);

    /// <summary>Notes that the handler is about to fail with an order; false, and nothing is noted, where it did so as often as it may.</summary>
    [Alias("fail")]
    Task<bool> FailAsync(string order, int most);

    /// <summary>All that is kept.</summary>
    [Alias("get")]
    Task<CustomerBook> GetAsync();
}

/// <summary>A message with an order, as it was delivered.</summary>
/// <param name="Order">The order, by its message id: whoever publishes it twice names the same one.</param>
/// <param name="Place">Which of its messages it is.</param>
/// <param name="Delivery">For which time it is delivered.</param>
[GenerateSerializer, Immutable, Alias("demo.order-copy")]
public sealed record OrderCopy([property: Id(0)] string Order, [property: Id(1)] string Place, [property: Id(2)] int Delivery);

/// <summary>What is kept of a customer.</summary>
[GenerateSerializer, Alias("demo.customer-book")]
public sealed class CustomerBook
{
    /// <summary>What the customer owes.</summary>
    [Id(0)]
    public long Cents { get; set; }

    /// <summary>The orders, by message id.</summary>
    [Id(1)]
    public Dictionary<string, OrderEntry> Orders { get; init; } = [];
}

/// <summary>What is kept of an order.</summary>
[GenerateSerializer, Alias("demo.order-entry")]
public sealed class OrderEntry
{
    /// <summary>Whether it was booked.</summary>
    [Id(0)]
    public bool IsBooked { get; set; }

    /// <summary>How often its handler failed because it was to.</summary>
    [Id(1)]
    public int Failures { get; set; }

    /// <summary>For which time each of its messages was delivered when a handler finished it, by place.</summary>
    [Id(2)]
    public Dictionary<string, int> Finished { get; init; } = [];
}
