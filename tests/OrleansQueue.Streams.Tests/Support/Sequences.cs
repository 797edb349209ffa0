using System.Collections.Concurrent;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>
/// Follows one subscriber of one producer through many events without keeping them, and says how far it may go: a subscriber that is held gets
/// further and further behind.
/// </summary>
internal sealed class Sequences
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly ConcurrentDictionary<string, Sequences> All = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _allowed = int.MaxValue;
    private int _next;

    public static Sequences Of(string subscriber) => All.GetOrAdd(subscriber, static _ => new Sequences());

    /// <summary>What was wrong: an event was left out, or came too early or again. Null where nothing was.</summary>
    public string? Wrong { get; private set; }

    /// <summary>How many events came.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _next;
            }
        }
    }

    /// <summary>Has the subscriber wait at an event of this number.</summary>
    public void AllowUpTo(int number)
    {
        lock (_lock)
        {
            _allowed = number;
            _moved.TrySetResult();
            _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>The subscriber got an event; the answer comes when it may go on.</summary>
    public async Task TakeAsync(int number)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (number < _allowed)
                {
                    Take(number);
                    return;
                }

                moved = _moved.Task;
            }

            await moved;
        }
    }

    /// <summary>Waits until so many events came.</summary>
    public async Task HasAsync(int count)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((count, reached));
            Tell();
        }

        try
        {
            await reached.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience} for {count} events, and {Count} came. {Wrong} The silos said: {LogLines.Last}");
        }
    }

    private void Take(int number)
    {
        if (number != _next)
        {
            Wrong ??= $"Event {number} came where {_next} was next.";
        }

        _next = Math.Max(_next, number + 1);
        Tell();
    }

    private void Tell()
    {
        foreach (var done in _waiting.Where(waiting => _next >= waiting.Count).ToList())
        {
            _waiting.Remove(done);
            done.Reached.TrySetResult();
        }
    }
}
