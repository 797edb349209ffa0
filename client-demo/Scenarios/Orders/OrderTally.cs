using System.Collections.Concurrent;

namespace OrleansQueue.ClientDemo.Scenarios.Orders;

/// <summary>What all handlers of a run did.</summary>
/// <param name="awaited">An order whose booking is awaited.</param>
/// <param name="step">Called for each booking.</param>
internal sealed class OrderTally(string awaited, Action step) : IOrderWatch
{
    private readonly ConcurrentDictionary<string, int> _unfinished = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<int> _allHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _isBooked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    /// <summary>The worker that is to be killed holds a message with each of its handlers, so many.</summary>
    public Task<int> AllHeld => _allHeld.Task;

    /// <summary>The order that is awaited was booked.</summary>
    public Task IsBooked => _isBooked.Task;

    /// <summary>How often messages of an order had to come again though no handler failed.</summary>
    public int UnfinishedOf(string order) => _unfinished.GetValueOrDefault(order);

    public void Booked(string order)
    {
        step();
        if (order == awaited)
        {
            _isBooked.TrySetResult();
        }
    }

    public void Held(string order)
    {
        Count(order);
        if (Interlocked.Increment(ref _held) == OrderConsumer.Slots)
        {
            _allHeld.TrySetResult(OrderConsumer.Slots);
        }
    }

    public void TooLate(string order) => Count(order);

    private void Count(string order) => _unfinished.AddOrUpdate(order, 1, static (_, count) => count + 1);
}
