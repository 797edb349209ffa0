using Orleans.Streams;
using Orleans.Streams.Core;

namespace OrleansQueue.Streams.Benchmarks;

public interface ISubscriberGrain : IGrainWithStringKey;

/// <summary>Counts the events of a stream.</summary>
[ImplicitStreamSubscription(Namespace)]
public sealed class SubscriberGrain : Grain, ISubscriberGrain, IStreamSubscriptionObserver
{
    public const string Namespace = "bench";

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<byte[]>().ResumeAsync(static (_, _) =>
    {
        Counting.Count();
        return Task.CompletedTask;
    });
}

/// <summary>Counts what all subscribers of this process got.</summary>
internal static class Counting
{
    private static long _count;
    private static long _goal;
    private static TaskCompletionSource _reached = new();

    /// <summary>Begins anew; the answer ends when so many events came.</summary>
    public static Task Until(long goal)
    {
        Interlocked.Exchange(ref _count, 0);
        Volatile.Write(ref _goal, goal);
        _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _reached.Task;
    }

    public static void Count()
    {
        if (Interlocked.Increment(ref _count) == Volatile.Read(ref _goal))
        {
            _reached.TrySetResult();
        }
    }
}
