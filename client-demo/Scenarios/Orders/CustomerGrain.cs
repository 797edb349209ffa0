using System.Runtime.InteropServices;
using Orleans.Concurrency;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>
/// Keeps what a customer owes together with the ids of the orders that make it up, in one write under the ETag of the last: so an order
/// counts once, however often it is published and delivered, and whoever is killed on the way. Calls that come while a write is under way
/// share the next one, for a write waits for the disk and a customer orders many things at once.
/// </summary>
[Reentrant]
internal sealed class CustomerGrain([PersistentState("customer")] IPersistentState<CustomerBook> state) : Grain, ICustomerGrain
{
    private Task _last = Task.CompletedTask;
    private Task? _next;

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

    /// <summary>Ends when everything that was changed so far is kept.</summary>
    private Task KeepAsync() => _next ??= _last = WriteAsync(_last);

    private async Task WriteAsync(Task before)
    {
        await Task.Yield();
        await before;
        _next = null;
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
