using System.Runtime.InteropServices;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>
/// Keeps what a customer owes together with the ids of the orders that make it up, in one write under the ETag of the last: so an order
/// counts once, however often it is published and delivered, and whoever is killed on the way.
/// </summary>
internal sealed class CustomerGrain([PersistentState("customer")] IPersistentState<CustomerBook> state) : Grain, ICustomerGrain
{
    public async Task<bool> BookAsync(OrderCopy copy, long cents)
    {
        var entry = EntryOf(copy.Order);
        var isNew = !entry.IsBooked;
        entry.IsBooked = true;
        entry.Finished[copy.Place] = copy.Delivery;
        state.State.Cents += isNew ? cents : 0;
        await KeepAsync();
        return isNew;
    }

    public async Task<bool> FailAsync(string order, int most)
    {
        var entry = EntryOf(order);
        if (entry.Failures >= most)
        {
            return false;
        }

        entry.Failures++;
        await KeepAsync();
        return true;
    }

    public Task<CustomerBook> GetAsync() => Task.FromResult(state.State);

    private OrderEntry EntryOf(string order) => CollectionsMarshal.GetValueRefOrAddDefault(state.State.Orders, order, out _) ??= new OrderEntry();

    private async Task KeepAsync()
    {
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // What is in memory is not what is kept.
            DeactivateOnIdle();
            throw;
        }
    }
}
