using System.Collections.Concurrent;

namespace OrleansQueue.Streams.Tests.Support;

/// <summary>An event as a subscriber got it.</summary>
/// <param name="Event">The event.</param>
/// <param name="Offset">Its offset.</param>
public sealed record Delivered(TestEvent Event, long Offset);

/// <summary>
/// What all subscribers of this process got, by subscriber. Silos of a test run in this process, so that their grains can tell here, and tests can
/// wait for it.
/// </summary>
internal sealed class Deliveries
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ConcurrentDictionary<string, Deliveries> All = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly List<Delivered> _delivered = [];
    private readonly List<Exception> _errors = [];
    private readonly List<(Func<bool> Is, TaskCompletionSource Reached)> _waiting = [];

    /// <summary>What a subscriber got.</summary>
    public static Deliveries Of(string subscriber) => All.GetOrAdd(subscriber, static _ => new Deliveries());

    /// <summary>All of it up to now.</summary>
    public IReadOnlyList<Delivered> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _delivered];
            }
        }
    }

    /// <summary>The errors that it was told of.</summary>
    public IReadOnlyList<Exception> Errors
    {
        get
        {
            lock (_lock)
            {
                return [.. _errors];
            }
        }
    }

    public void Add(Delivered delivered)
    {
        lock (_lock)
        {
            _delivered.Add(delivered);
            Tell();
        }
    }

    public void Add(Exception error)
    {
        lock (_lock)
        {
            _errors.Add(error);
            Tell();
        }
    }

    /// <summary>Waits until it got so many events, repeated ones counted once.</summary>
    public Task HasDistinctAsync(int count) => UntilAsync(() => _delivered.Select(static delivered => delivered.Offset).Distinct().Count() >= count, () => $"{count} different events");

    /// <summary>Waits until it got so many events in all.</summary>
    public Task HasAsync(int count) => UntilAsync(() => _delivered.Count >= count, () => $"{count} events");

    /// <summary>Waits until it was told of so many errors.</summary>
    public Task HasErrorsAsync(int count) => UntilAsync(() => _errors.Count >= count, () => $"{count} errors");

    /// <summary>Waits until it got an event.</summary>
    public Task HasAsync(TestEvent item) => UntilAsync(() => _delivered.Exists(delivered => delivered.Event == item), item.ToString);

    private async Task UntilAsync(Func<bool> isReached, Func<string> what)
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _waiting.Add((isReached, reached));
            Tell();
        }

        try
        {
            await reached.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            var (events, errors) = (Events, Errors);
            throw new TimeoutException($"Waited {Patience} for {what()}; got {events.Count} events, the last ones {string.Join(", ", events.TakeLast(5))}, and {errors.Count} errors, the last one {(errors.Count == 0 ? null : errors[^1])}. The silos said: {LogLines.Last}");
        }
    }

    private void Tell()
    {
        foreach (var done in _waiting.Where(static waiting => waiting.Is()).ToList())
        {
            _waiting.Remove(done);
            done.Reached.TrySetResult();
        }
    }
}
